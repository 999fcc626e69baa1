package io.seamark.unknown.service;

import io.seamark.exchange.RefusedException;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever goes wrong into the errors of the contract that was spoken: problem JSON (RFC
 * 9457), the Open Inference Protocol's {@code error} or Sedna's {@code detail}. The status is what
 * the exception names, or follows from its kind here.
 */
@Provider
public class Problems implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
  private static final String PROBLEM_JSON = "application/problem+json";

  private static final Set<String> OURS =
      Set.of("unknown-tasks", "status", "plugins", "favicon.ico", "");

  @Context @Nullable UriInfo uri;

  @Override
  public Response toResponse(Throwable thrown) {
    if (thrown instanceof BadSampleException bad) {
      return problem(bad.status(), bad.getMessage(), Map.of()).build();
    }
    if (thrown instanceof BusyException busy) {
      return problem(
              Status.TOO_MANY_REQUESTS,
              busy.getMessage(),
              Map.of("waiting", busy.waiting(), "queue", busy.queue()))
          .header(HttpHeaders.RETRY_AFTER, busy.retryAfterSeconds())
          .build();
    }
    if (thrown instanceof NotReadyException) {
      return problem(Status.SERVICE_UNAVAILABLE, thrown.getMessage(), Map.of())
          .header(HttpHeaders.RETRY_AFTER, 1)
          .build();
    }
    if (thrown instanceof WebApplicationException web) {
      String message = String.valueOf(thrown.getMessage());
      return problem(
              web.getResponse().getStatusInfo(),
              message.replaceFirst("^RESTEASY\\d+: ", ""),
              Map.of())
          .build();
    }
    RefusedException refused = RefusedException.of(thrown);
    if (refused != null) {
      Response.ResponseBuilder answer =
          problem(status(refused.status()), refused.getMessage(), Map.of());
      if (refused.retrySeconds() > 0) {
        answer.header(HttpHeaders.RETRY_AFTER, refused.retrySeconds());
      }
      return answer.build();
    }
    LOG.error("request failed: {}", thrown.toString(), thrown);
    return problem(Status.INTERNAL_SERVER_ERROR, "the service failed; its log says why", Map.of())
        .build();
  }

  private static Response.StatusType status(int code) {
    Response.StatusType known = Status.fromStatusCode(code);
    return known == null ? Status.SERVICE_UNAVAILABLE : known;
  }

  private Response.ResponseBuilder problem(
      Response.StatusType status, @Nullable String detail, Map<String, Integer> more) {
    String text = detail == null ? status.getReasonPhrase() : detail;
    UriInfo called = uri;
    String path = called == null ? "" : called.getPath().replaceFirst("^/+", "");
    String first = path.replaceFirst("/.*", "");
    JsonObjectBuilder body = Json.createObjectBuilder();
    Response.ResponseBuilder answer = Response.status(status);
    if (first.equals("v2")) {
      return answer
          .type(MediaType.APPLICATION_JSON)
          .entity(body.add("error", text).build().toString());
    }
    if (!OURS.contains(first)) {
      return answer
          .type(MediaType.APPLICATION_JSON)
          .entity(body.add("detail", text).build().toString());
    }
    body.add("type", "about:blank")
        .add("title", status.getReasonPhrase())
        .add("status", status.getStatusCode())
        .add("detail", text);
    more.forEach(body::add);
    return answer.type(PROBLEM_JSON).entity(body.build().toString());
  }
}
