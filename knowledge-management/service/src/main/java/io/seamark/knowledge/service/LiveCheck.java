package io.seamark.knowledge.service;

import io.seamark.exchange.Exhaustion;
import io.seamark.knowledge.LearningState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.jspecify.annotations.Nullable;

/**
 * Down if the thread that learns has died, or the heap is so full that nothing can be done any
 * more, which only a new process mends. A start that failed shows in readiness instead: another
 * start would fail in the same way.
 */
@Liveness
@ApplicationScoped
public class LiveCheck implements HealthCheck {
  private final @Nullable LearningHost host;

  /** For the container's proxy. */
  protected LiveCheck() {
    this.host = null;
  }

  /**
   * Made by the container.
   *
   * @param host owns the learning
   */
  @Inject
  public LiveCheck(LearningHost host) {
    this.host = host;
  }

  @Override
  public HealthCheckResponse call() {
    var answer = HealthCheckResponse.named("learning");
    if (host == null || !host.failure().isEmpty()) {
      return answer.up().withData("state", "not started").build();
    }
    LearningState state = host.learning().state();
    return answer
        .status(host.learning().alive() && !Exhaustion.complete())
        .withData("state", state.state().name().toLowerCase(Locale.ROOT))
        .build();
  }
}
