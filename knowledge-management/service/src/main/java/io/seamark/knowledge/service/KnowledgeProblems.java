package io.seamark.knowledge.service;

import io.seamark.exchange.Problem;
import io.seamark.exchange.Problems;
import jakarta.json.Json;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/**
 * This service answers problems as problem JSON; in Sedna's contract, as Sedna's server writes
 * them: {@code detail} alone.
 */
@Provider
public class KnowledgeProblems extends Problems {
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;

  @Context @Nullable UriInfo uri;

  /** Made by the container. */
  public KnowledgeProblems() {}

  @Override
  protected Response answer(Problem problem) {
    UriInfo called = uri;
    String path = called == null ? "" : called.getPath().replaceFirst("^/+", "");
    if (!path.replaceFirst("/.*", "").equals(KnowledgeBaseGuard.ROOT)) {
      return super.answer(problem);
    }
    // What the resources miss themselves, they answer themselves.
    String detail =
        switch (problem.status()) {
          case NOT_FOUND -> "Not Found";
          case NOT_ALLOWED -> "Method Not Allowed";
          default -> problem.detail();
        };
    return problem.response(
        MediaType.APPLICATION_JSON,
        Json.createObjectBuilder().add("detail", detail).build().toString());
  }
}
