package io.seamark.unknown.service;

import io.seamark.exchange.Problem;
import io.seamark.exchange.Problems;
import jakarta.json.Json;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts problems into the words of the contract that was spoken: problem JSON, the Open Inference
 * Protocol's {@code error} or Sedna's {@code detail}.
 */
@Provider
public class UnknownProblems extends Problems {
  private static final Set<String> OURS =
      Set.of("unknown-tasks", "status", "plugins", "favicon.ico", "");

  @Context @Nullable UriInfo uri;

  /** Made by the container. */
  public UnknownProblems() {}

  @Override
  protected Response answer(Problem problem) {
    UriInfo called = uri;
    String path = called == null ? "" : called.getPath().replaceFirst("^/+", "");
    String first = path.replaceFirst("/.*", "");
    if (OURS.contains(first)) {
      return super.answer(problem);
    }
    String field = first.equals("v2") ? "error" : "detail";
    return problem.response(
        MediaType.APPLICATION_JSON,
        Json.createObjectBuilder().add(field, problem.detail()).build().toString());
  }
}
