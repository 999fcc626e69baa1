package io.seamark.exchange;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers whatever a service's resources throw with the {@link Problem} that it comes to. A service
 * puts a subclass of its own among its providers.
 */
public abstract class Problems implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** For subclasses. */
  protected Problems() {}

  @Override
  public Response toResponse(Throwable thrown) {
    Problem problem = Problem.of(thrown);
    if (problem.status() == 500) {
      LOG.error("request failed: {}", thrown.toString(), thrown);
    }
    return answer(problem);
  }

  /**
   * Puts a problem into words.
   *
   * @param problem what went wrong
   * @return problem JSON; for services with contracts of their own errors, theirs
   */
  protected Response answer(Problem problem) {
    return problem.response();
  }
}
