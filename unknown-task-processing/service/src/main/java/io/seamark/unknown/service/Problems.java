package io.seamark.unknown.service;

import jakarta.json.Json;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever goes wrong into problem JSON (RFC 9457): the one place that decides statuses. */
@Provider
public class Problems implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
  private static final String PROBLEM_JSON = "application/problem+json";

  @Override
  public Response toResponse(Throwable thrown) {
    if (thrown instanceof BadSampleException bad) {
      return problem(
          bad.tooLarge() ? Status.REQUEST_ENTITY_TOO_LARGE : Status.BAD_REQUEST, bad.getMessage());
    }
    if (thrown instanceof BusyException busy) {
      return Response.fromResponse(problem(Status.TOO_MANY_REQUESTS, busy.getMessage()))
          .header(HttpHeaders.RETRY_AFTER, busy.retryAfterSeconds())
          .build();
    }
    if (thrown instanceof NotReadyException) {
      return Response.fromResponse(problem(Status.SERVICE_UNAVAILABLE, thrown.getMessage()))
          .header(HttpHeaders.RETRY_AFTER, 1)
          .build();
    }
    if (thrown instanceof WebApplicationException web) {
      String message = String.valueOf(thrown.getMessage());
      return problem(
          web.getResponse().getStatusInfo(), message.replaceFirst("^RESTEASY\\d+: ", ""));
    }
    LOG.error("request failed: {}", thrown.toString(), thrown);
    return problem(Status.INTERNAL_SERVER_ERROR, "the service failed; its log says why");
  }

  private static Response problem(Response.StatusType status, @Nullable String detail) {
    return Response.status(status)
        .type(PROBLEM_JSON)
        .entity(
            Json.createObjectBuilder()
                .add("type", "about:blank")
                .add("title", status.getReasonPhrase())
                .add("status", status.getStatusCode())
                .add("detail", detail == null ? status.getReasonPhrase() : detail)
                .build()
                .toString())
        .build();
  }
}
