package io.seamark.unknown.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
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
    return failure.isEmpty()
        ? answer.up().withData("buffered", host.processor().buffered()).build()
        : answer.down().withData("reason", failure).build();
  }
}
