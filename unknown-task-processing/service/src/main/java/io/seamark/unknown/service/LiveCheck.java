package io.seamark.unknown.service;

import io.seamark.exchange.Exhaustion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down if the heap is so full that nothing can be done any more, which only a new process mends:
 * what one request takes is counted and given back, and never leads there. A start that failed
 * shows in readiness: a new process would fail in the same way.
 */
@Liveness
@ApplicationScoped
public class LiveCheck implements HealthCheck {
  @Inject ProcessingHost host;

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("unknown-task-processing")
        .status(!Exhaustion.complete())
        .withData("state", host.failure().isEmpty() ? "ready" : "not ready")
        .build();
  }
}
