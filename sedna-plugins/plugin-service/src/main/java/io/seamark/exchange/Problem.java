package io.seamark.exchange;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/**
 * What a service answers where something went wrong, as a problem (RFC 9457). The one place that
 * decides which status a failure of which {@link FailureKind} has.
 *
 * @param status HTTP's
 * @param detail one line for people
 * @param retrySeconds for {@code Retry-After}; 0 for none
 * @param figures of {@link FailedException#figures}, which stand in the body too
 */
public record Problem(int status, String detail, long retrySeconds, Map<String, Integer> figures) {
  /** Media type of {@link #json}. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** By which a client knows a problem of ours from one of a proxy between. */
  private static final String ORIGIN = "seamark";

  /** Copies the map. */
  public Problem {
    figures = Map.copyOf(figures);
  }

  /**
   * A problem without figures.
   *
   * @param status HTTP's
   * @param detail one line for people
   * @param retrySeconds for {@code Retry-After}; 0 for none
   */
  public Problem(int status, String detail, long retrySeconds) {
    this(status, detail, retrySeconds, Map.of());
  }

  /**
   * The problem that something thrown comes to.
   *
   * @param thrown by whoever answers a request
   * @return of status 500 for whatever has no kind and no status of its own
   */
  public static Problem of(Throwable thrown) {
    if (thrown instanceof RefusedException refused) {
      return new Problem(refused.status(), text(refused), refused.retrySeconds());
    }
    if (thrown instanceof WebApplicationException web) {
      return new Problem(
          web.getResponse().getStatus(), text(web).replaceFirst("^RESTEASY\\d+: ", ""), 0);
    }
    if (thrown instanceof FailedException failed && failed.kind() != FailureKind.OUR_FAULT) {
      return new Problem(
          status(failed.kind()), text(failed), failed.retrySeconds(), failed.figures());
    }
    // Before our own faults: what a plugin throws may be for want of memory too.
    RefusedException exhausted = RefusedException.of(thrown);
    if (exhausted != null) {
      return of(exhausted);
    }
    return new Problem(
        500,
        thrown instanceof FailedException ? text(thrown) : "the service failed; its log says why",
        0);
  }

  private static int status(FailureKind kind) {
    return switch (kind) {
      case BAD_INPUT -> 400;
      case BUSY -> RefusedException.BUSY;
      case NOT_READY, OUT_OF_RESOURCES -> RefusedException.UNAVAILABLE;
      case OUT_OF_STORAGE -> RefusedException.NO_STORAGE;
      case OUR_FAULT -> 500;
    };
  }

  private static String text(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }

  /**
   * What the status is called.
   *
   * @return such as "Bad Request"
   */
  public String title() {
    if (status == RefusedException.NO_STORAGE) {
      // WebDAV's, which Jakarta REST does not list.
      return "Insufficient Storage";
    }
    Response.StatusType known = Response.Status.fromStatusCode(status);
    return known == null ? "Error" : known.getReasonPhrase();
  }

  /**
   * The problem's body.
   *
   * @return JSON of {@link #MEDIA_TYPE}
   */
  public String json() {
    JsonObjectBuilder body =
        Json.createObjectBuilder()
            .add("type", "about:blank")
            .add("origin", ORIGIN)
            .add("title", title())
            .add("status", status)
            .add("detail", detail);
    figures.forEach(body::add);
    return body.build().toString();
  }

  /**
   * The problem as an answer.
   *
   * @return with its body
   */
  public Response response() {
    return response(MEDIA_TYPE, json());
  }

  /**
   * The problem as an answer in another contract's words.
   *
   * @param type of the body
   * @param body in its place
   * @return with the same status
   */
  public Response response(String type, String body) {
    Response.ResponseBuilder answer = Response.status(status).type(type).entity(body);
    if (retrySeconds > 0) {
      answer.header(HttpHeaders.RETRY_AFTER, retrySeconds);
    }
    return answer.build();
  }
}
