package io.seamark.knowledge.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jspecify.annotations.Nullable;

/** Up once the registry is open and a champion can be fetched. */
@Startup
@Readiness
@ApplicationScoped
public class StartedCheck implements HealthCheck {
  private final @Nullable LearningHost host;

  /** For the container's proxy. */
  protected StartedCheck() {
    this.host = null;
  }

  /**
   * Made by the container.
   *
   * @param host owns the learning
   */
  @Inject
  public StartedCheck(LearningHost host) {
    this.host = host;
  }

  @Override
  public HealthCheckResponse call() {
    var answer = HealthCheckResponse.named("model-registry");
    String failure = host == null ? "made without a host" : host.failure();
    if (host == null || !failure.isEmpty()) {
      return answer.down().withData("reason", failure).build();
    }
    String champion = host.learning().registry().champion().map(v -> v.version()).orElse("");
    if (champion.isEmpty()) {
      return answer.down().withData("reason", "there is no champion").build();
    }
    List<String> unreadable = host.learning().registry().unreadable();
    if (!unreadable.isEmpty()) {
      // The others serve; whoever looks after it should know.
      answer.withData("damages", unreadable.size()).withData("damage", unreadable.get(0));
    }
    return answer.up().withData("champion", champion).build();
  }
}
