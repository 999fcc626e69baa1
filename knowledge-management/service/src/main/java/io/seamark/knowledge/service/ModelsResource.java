package io.seamark.knowledge.service;

import io.seamark.exchange.Exchange;
import io.seamark.exchange.Problem;
import io.seamark.failure.BadInputException;
import io.seamark.failure.NotReadyException;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelRegistry.StoredWeights;
import io.seamark.knowledge.model.ModelVersion;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The edge models by version. */
@RequestScoped
@Path("models")
public class ModelsResource {
  private final @Nullable LearningHost host;

  /** For the container's proxy. */
  protected ModelsResource() {
    this.host = null;
  }

  /**
   * Made by the container.
   *
   * @param host owns the registry
   */
  @Inject
  public ModelsResource(LearningHost host) {
    this.host = host;
  }

  private ModelRegistry registry() {
    LearningHost owner = host;
    if (owner == null) {
      throw new NotReadyException("made without a host");
    }
    return owner.learning().registry();
  }

  /**
   * Every version judged.
   *
   * @return JSON list, oldest first, with verdicts, reasons, figures and provenance
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String versions() {
    return KnowledgeJson.text(registry().versions());
  }

  /**
   * The version that serves, for an edge.
   *
   * @param edge its name; without it what edges get that are not first in a rollout
   * @param request for {@code If-None-Match}
   * @return version, sha256, bytes, created, parent with the version as ETag; 304 if it is known
   */
  @GET
  @Path("champion")
  @Produces(MediaType.APPLICATION_JSON)
  public Response champion(@QueryParam("edge") @Nullable String edge, @Context Request request) {
    ModelVersion champion =
        registry().serving(edge).orElseThrow(() -> new NotReadyException("there is no champion"));
    return announced(champion, request);
  }

  /**
   * Lets an earlier version serve again; edges fetch it at their next look.
   *
   * @param version its id; without it the one before the one that serves
   * @return 200 with that version as {@link #champion} gives it; 400 if it is no version, was
   *     rejected, or there is none before
   * @throws IOException if its weights are damaged or the change cannot be stored
   */
  @POST
  @Path("champion")
  @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
  public Response rollBack(@QueryParam("version") @Nullable String version) throws IOException {
    try {
      return announced(registry().rollBack(version), null);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Which edges get the champion first.
   *
   * @return JSON of {@link io.seamark.knowledge.model.Offered}
   */
  @GET
  @Path("rollout")
  @Produces(MediaType.APPLICATION_JSON)
  public String rollout() {
    return KnowledgeJson.text(registry().offered());
  }

  /**
   * Offers the champion, and every later one, to some edges first, or the champion to all.
   *
   * @param edges names with commas between them
   * @param share of the edges, by a digest of their names; 1 ends the rollout
   * @param rest version that the others keep; without it what they have
   * @param to {@code all} to offer the champion to all
   * @return as {@link #rollout()}; 400 unless one of edges, share and to is given, and right
   * @throws IOException if a version's weights are damaged or the change cannot be stored
   */
  @POST
  @Path("rollout")
  @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
  public String rollOut(
      @QueryParam("edges") @Nullable String edges,
      @QueryParam("share") @Nullable String share,
      @QueryParam("rest") @Nullable String rest,
      @QueryParam("to") @Nullable String to)
      throws IOException {
    long said = Stream.of(edges, share, to).filter(Objects::nonNull).count();
    if (said != 1 || (to != null && (!to.equals("all") || rest != null))) {
      throw new BadInputException(
          "a rollout needs one of edges=NAME,NAME and share=0.2, with rest=VERSION or without, or"
              + " to=all");
    }
    try {
      ModelRegistry registry = registry();
      if (to != null) {
        return KnowledgeJson.text(registry.offerToAll());
      }
      List<String> names =
          edges == null
              ? List.of()
              : Stream.of(edges.split(",", -1)).map(String::strip).distinct().toList();
      double first = share == null ? 0 : Double.parseDouble(share);
      return KnowledgeJson.text(registry.offer(names, first, rest));
    } catch (NumberFormatException e) {
      throw new BadInputException("share is '" + share + "', but must be a number from 0 to 1");
    } catch (IllegalArgumentException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }

  private static Response announced(ModelVersion champion, @Nullable Request request) {
    EntityTag tag = new EntityTag(champion.version());
    Response.ResponseBuilder known = request == null ? null : request.evaluatePreconditions(tag);
    if (known != null) {
      return known.build();
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("version", champion.version());
    body.put("sha256", champion.sha256());
    body.put("bytes", champion.bytes());
    body.put("created", champion.created());
    body.put("parent", champion.parent());
    return Response.ok(KnowledgeJson.text(body)).tag(tag).build();
  }

  /**
   * One version.
   *
   * @param version its id
   * @return its description
   */
  @GET
  @Path("{version}")
  @Produces(MediaType.APPLICATION_JSON)
  public String version(@PathParam("version") String version) {
    return KnowledgeJson.text(
        registry().version(id(version)).orElseThrow(() -> new NotFoundException(unknown(version))));
  }

  /**
   * A version's weights.
   *
   * @param version its id
   * @param request for {@code If-None-Match}
   * @param http that the file is sent in answer to
   * @return the safetensors file, its length and its digest ({@code Repr-Digest}, RFC 9530); 410 if
   *     a rejected version's are no longer kept
   * @throws IOException if the file is damaged
   */
  @GET
  @Path("{version}/weights")
  @Produces({MediaType.APPLICATION_OCTET_STREAM, MediaType.APPLICATION_JSON})
  public Response weights(
      @PathParam("version") String version,
      @Context Request request,
      @Context HttpServletRequest http)
      throws IOException {
    if (registry().dropped(id(version))) {
      throw new ClientErrorException(
          "the weights of "
              + version
              + " are no longer kept: it was rejected, and seamark.models.rejected newer versions"
              + " were too",
          Response.Status.GONE);
    }
    StoredWeights stored =
        registry().weights(version).orElseThrow(() -> new NotFoundException(unknown(version)));
    EntityTag tag = new EntityTag(stored.sha256());
    Response.ResponseBuilder known = request.evaluatePreconditions(tag);
    if (known != null) {
      return known.build();
    }
    // Sent without a thread that waits: a receiver may be slow.
    Exchange.send(http, stored.file());
    return Response.ok()
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .tag(tag)
        .header("Repr-Digest", ReprDigest.of(stored.sha256()))
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            "attachment; filename=\"" + stored.version() + ".safetensors\"")
        .build();
  }

  /** What the path names, if it is an id of a version. */
  private static String id(String named) {
    try {
      ModelVersion.number(named);
      return named;
    } catch (IllegalArgumentException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }

  private static String unknown(String version) {
    return "there is no model version '" + version + "'; GET /models lists them";
  }
}
