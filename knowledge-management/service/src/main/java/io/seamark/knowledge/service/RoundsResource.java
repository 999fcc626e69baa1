package io.seamark.knowledge.service;

import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.model.ModelRegistry;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** The rounds of training. */
@RequestScoped
@Path("rounds")
public class RoundsResource {
  private final @Nullable LearningHost host;

  /** For the container's proxy. */
  protected RoundsResource() {
    this.host = null;
  }

  /**
   * Made by the container.
   *
   * @param host owns the learning
   */
  @Inject
  public RoundsResource(LearningHost host) {
    this.host = host;
  }

  private LifelongLearning learning() {
    LearningHost owner = host;
    if (owner == null) {
      throw new NotReadyException("made without a host");
    }
    return owner.learning();
  }

  /**
   * What the training is doing.
   *
   * @return JSON of {@link io.seamark.knowledge.LearningState}
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String state() {
    return ModelRegistry.json(learning().state());
  }

  /**
   * Starts a round now.
   *
   * @return 202 if one begins, 200 if there are no samples (nothing to do is no error), 409 if one
   *     is running; the state in either good case
   */
  @POST
  @Produces(MediaType.APPLICATION_JSON)
  public Response start() {
    LifelongLearning learning = learning();
    LifelongLearning.Request answer = learning.request();
    return switch (answer) {
      case STARTED -> Response.accepted(ModelRegistry.json(learning.state())).build();
      case NO_SAMPLES -> Response.ok(ModelRegistry.json(learning.state())).build();
      case RUNNING -> Problems.problem(409, "a round is running; GET /rounds shows its progress");
    };
  }
}
