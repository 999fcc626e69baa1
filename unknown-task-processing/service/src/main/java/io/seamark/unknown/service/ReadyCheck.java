package io.seamark.unknown.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Up once the plugins are loaded and the buffer is open. */
@Startup
@Readiness
@ApplicationScoped
public class ReadyCheck implements HealthCheck {
  @Inject ProcessingHost host;

  @Override
  public HealthCheckResponse call() {
    var answer = HealthCheckResponse.named("unknown-task-processing");
    String failure = host.failure();
    if (!failure.isEmpty()) {
      return answer.down().withData("reason", failure).build();
    }
    answer.up().withData("buffered", host.processor().buffered());
    List<String> damages = host.processor().buffer().report().damages();
    if (!damages.isEmpty()) {
      // The service works without what is damaged; whoever looks after it should know.
      answer.withData("damages", damages.size()).withData("damage", damages.get(0));
    }
    return answer.build();
  }
}
