package io.seamark.knowledge.service;

import io.seamark.exchange.Problem;
import io.seamark.failure.BadInputException;
import io.seamark.failure.NotReadyException;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.model.KnowledgeJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
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
    return KnowledgeJson.text(learning().state());
  }

  /**
   * Starts a round now.
   *
   * @param force {@code true} to train once more on samples that a version was trained on already
   * @return 202 if one begins; 200 if there are no samples, or no new ones (nothing to do is no
   *     error), with the reason in {@code last_request}; 409 if one is running; 429 if the last one
   *     has only just ended. The state in either good case
   */
  @POST
  @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
  public Response start(@QueryParam("force") @DefaultValue("false") String force) {
    if (!force.equals("true") && !force.equals("false")) {
      throw new BadInputException("force is '" + force + "', but must be true or false");
    }
    LifelongLearning learning = learning();
    LifelongLearning.Requested answer = learning.request(force.equals("true"));
    return switch (answer.outcome()) {
      case STARTED -> Response.accepted(KnowledgeJson.text(learning.state())).build();
      case NO_SAMPLES, NO_NEW_SAMPLES -> Response.ok(KnowledgeJson.text(learning.state())).build();
      case RUNNING -> new Problem(409, answer.reason(), 0).response();
      case TOO_SOON ->
          new Problem(429, answer.reason(), answer.retryAfter().plusMillis(999).toSeconds())
              .response();
    };
  }

  /**
   * Cancels the running round: it ends after the step or frame it is in, and what was trained is
   * thrown away.
   *
   * @return 202 with the state if there is one; 404 if none is running
   */
  @DELETE
  @Path("current")
  @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
  public Response cancel() {
    LifelongLearning learning = learning();
    return learning.cancel()
        ? Response.accepted(KnowledgeJson.text(learning.state())).build()
        : new Problem(404, "no round is running; GET /rounds shows how the last one ended", 0)
            .response();
  }
}
