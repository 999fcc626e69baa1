package io.seamark.knowledge.service;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jspecify.annotations.Nullable;

/** Up once Sedna's knowledge base is open. */
@Startup
@Readiness
@ApplicationScoped
public class KnowledgeBaseCheck implements HealthCheck {
  private final @Nullable KnowledgeBaseHost host;

  /** For the container's proxy. */
  protected KnowledgeBaseCheck() {
    this.host = null;
  }

  /**
   * Made by the container.
   *
   * @param host owns the knowledge base
   */
  @Inject
  public KnowledgeBaseCheck(KnowledgeBaseHost host) {
    this.host = host;
  }

  @Override
  public HealthCheckResponse call() {
    var answer = HealthCheckResponse.named("knowledge-base");
    String failure = host == null ? "made without a host" : host.failure();
    return host == null || !failure.isEmpty()
        ? answer.down().withData("reason", failure).build()
        : answer.up().withData("files", host.base().index().files().size()).build();
  }
}
