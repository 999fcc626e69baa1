package io.seamark.knowledge.service;

import io.seamark.exchange.RefusedException;
import jakarta.json.Json;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever goes wrong into problem JSON (RFC 9457). The status is what the exception names,
 * or follows from its kind here.
 */
@Provider
public class Problems implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** Media type of a problem. */
  public static final String PROBLEM_JSON = "application/problem+json";

  @Override
  public Response toResponse(Throwable e) {
    if (e instanceof WebApplicationException web) {
      return problem(web.getResponse().getStatus(), String.valueOf(web.getMessage()));
    }
    if (e instanceof NotReadyException) {
      return problem(503, "not ready: " + e.getMessage());
    }
    if (e instanceof IllegalArgumentException) {
      return problem(400, String.valueOf(e.getMessage()));
    }
    RefusedException refused = RefusedException.of(e);
    if (refused != null) {
      Response answer = problem(refused.status(), String.valueOf(refused.getMessage()));
      return refused.retrySeconds() == 0
          ? answer
          : Response.fromResponse(answer)
              .header(HttpHeaders.RETRY_AFTER, refused.retrySeconds())
              .build();
    }
    LOG.error("request failed: {}", e.toString(), e);
    return problem(500, "the server failed; its log says why");
  }

  /**
   * A problem as a reply.
   *
   * @param status HTTP's
   * @param detail one line
   * @return the reply
   */
  static Response problem(int status, String detail) {
    Response.StatusType known = Response.Status.fromStatusCode(status);
    String body =
        Json.createObjectBuilder()
            .add("type", "about:blank")
            .add("title", known == null ? "Error" : known.getReasonPhrase())
            .add("status", status)
            .add("detail", detail)
            .build()
            .toString();
    return Response.status(status).type(PROBLEM_JSON).entity(body).build();
  }
}
