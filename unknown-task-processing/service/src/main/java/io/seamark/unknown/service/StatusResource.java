package io.seamark.unknown.service;

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
   *     buffered} samples in all and the {@code plugins} in force
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String status() {
    String failure = host.failure();
    JsonObjectBuilder status =
        Json.createObjectBuilder()
            .add("service", "unknown-task-processing")
            .add("ready", failure.isEmpty())
            .add("reason", failure);
    for (String name : new String[] {"frames", "stored", "resent", "masks", "received", "sent"}) {
      status.add(name, metrics.count(name));
    }
    if (failure.isEmpty()) {
      status
          .add("waiting", host.processor().waiting())
          .add("buffered", host.processor().buffered());
    }
    JsonObjectBuilder plugins = Json.createObjectBuilder();
    host.effective().forEach(plugins::add);
    return status.add("plugins", plugins).build().toString();
  }
}
