package io.seamark.unknown.service;

import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.buffer.Retention;
import io.seamark.buffer.format.OpenReport;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** What the service has done, for people and for the command line. */
@Path("/status")
@RequestScoped
public class StatusResource {
  @Inject ProcessingHost host;
  @Inject ServiceMetrics metrics;

  /**
   * The state.
   *
   * @return {@code ready}, {@code reason} where it is not, the counts since the start, {@code
   *     buffered} samples in all, what the {@code buffer} dropped and refused since the start and
   *     what is damaged in it, what {@code retention} dropped for its age, and the {@code plugins}
   *     in force
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String status() {
    String unready = host.unready();
    JsonObjectBuilder status =
        Json.createObjectBuilder()
            .add("service", "unknown-task-processing")
            .add("ready", unready.isEmpty())
            .add("reason", unready);
    for (String name : new String[] {"frames", "stored", "resent", "masks", "received", "sent"}) {
      status.add(name, metrics.count(name));
    }
    if (host.failure().isEmpty()) {
      status
          .add("waiting", host.processor().waiting())
          .add("buffered", host.processor().buffered())
          .add("buffer", buffer(host.processor().buffer()))
          .add("retention", retention(host.retention()));
    }
    JsonObjectBuilder plugins = Json.createObjectBuilder();
    host.effective().forEach(plugins::add);
    return status.add("plugins", plugins).build().toString();
  }

  private static JsonObjectBuilder retention(Retention.State state) {
    return Json.createObjectBuilder()
        .add("dropped", state.dropped())
        .add("doubted", state.doubted())
        .add("lastRun", state.lastRun())
        .add("waits", state.waits())
        .add("failure", state.failure())
        .add("remains", Json.createArrayBuilder(state.remains()));
  }

  private static JsonObjectBuilder buffer(ReplayBufferWriter buffer) {
    OpenReport report = buffer.report();
    return Json.createObjectBuilder()
        .add("samples", buffer.size())
        .add("bytes", buffer.bytes())
        .add("dropped", buffer.dropped())
        .add("refused", buffer.refused())
        .add("tornBytes", report.tornBytes())
        .add("damages", Json.createArrayBuilder(report.damages()))
        .add("unreadable", Json.createArrayBuilder(report.unreadable()));
  }
}
