package io.seamark.unknown.service;

import io.seamark.buffer.ArrowMessages;
import io.seamark.exchange.Exchange;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps 6 to 8 of the loop for one frame. */
@Path("/unknown-tasks")
@RequestScoped
public class UnknownTasksResource {
  private static final Logger LOG = LoggerFactory.getLogger(UnknownTasksResource.class);

  @Inject ProcessingHost host;
  @Inject ServiceMetrics metrics;

  /**
   * Answers a hard sample. The same sample may be sent again, as after a lost reply: it is answered
   * again, but stored once.
   *
   * @param request that the message has arrived with
   * @param body a hard sample's message
   * @return 200 with the answer's message
   * @throws IOException if the buffer fails
   */
  @POST
  @Consumes(ArrowMessages.MEDIA_TYPE)
  @Produces({ArrowMessages.MEDIA_TYPE, "application/problem+json"})
  public Response answer(@Context HttpServletRequest request, InputStream body) throws IOException {
    return metrics.counting(
        () -> {
          TaskProcessor.Outcome outcome = host.processor().process(Exchange.of(request));
          metrics.answered(outcome);
          log(outcome);
          return Response.ok(outcome.reply(), ArrowMessages.MEDIA_TYPE).build();
        });
  }

  private static void log(TaskProcessor.Outcome outcome) {
    if (LOG.isInfoEnabled()) {
      LOG.info(
          "hard frame: edge={} id={} domain={} miner={} score={} model={} sequence={} masks={}"
              + " seconds={} resent={}",
          outcome.sample().edge(),
          outcome.sample().id(),
          outcome.sample().domain(),
          outcome.sample().miner(),
          String.format(Locale.ROOT, "%.4f", outcome.sample().score()),
          outcome.sample().modelVersion(),
          outcome.sequence(),
          outcome.answer().masks(),
          String.format(
              Locale.ROOT,
              "%.3f",
              outcome.seconds().values().stream().mapToDouble(Double::doubleValue).sum()),
          outcome.resent());
    }
  }
}
