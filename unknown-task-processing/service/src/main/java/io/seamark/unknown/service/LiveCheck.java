package io.seamark.unknown.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Up while the application runs. A start that failed shows in readiness: a new process would fail
 * in the same way.
 */
@Liveness
@ApplicationScoped
public class LiveCheck implements HealthCheck {
  @Inject ProcessingHost host;

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("unknown-task-processing")
        .up()
        .withData("state", host.failure().isEmpty() ? "ready" : "not ready")
        .build();
  }
}
