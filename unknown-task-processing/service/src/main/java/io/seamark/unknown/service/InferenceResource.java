package io.seamark.unknown.service;

import io.seamark.exchange.Exchange;
import io.seamark.failure.BadInputException;
import io.seamark.failure.NotReadyException;
import io.seamark.registry.PluginRegistry;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol v2 (REST), with the binary tensor data extension. The one model is
 * the configured {@code unseen_task_processing}. Frames that come this way are answered and not
 * kept: they carry neither a name to know them by when they are sent again, nor a miner's word that
 * they are hard.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>
 */
@Path("/v2")
@RequestScoped
public class InferenceResource {
  /** The one version of the one model: what changes it is a new start of the service. */
  static final String VERSION = "1";

  private static final String HEADER_LENGTH = "Inference-Header-Content-Length";

  /** A model's name, and its version where a client names that too. */
  private static final String MODEL = "/models/{name}{version:(?:/versions/[^/]+)?}";

  @Inject ProcessingHost host;
  @Inject ServiceMetrics metrics;
  @Context @Nullable UriInfo uri;

  /** Made by the container. */
  public InferenceResource() {}

  /**
   * The server.
   *
   * @return its metadata
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String server() {
    return Json.createObjectBuilder()
        .add("name", "seamark-unknown-task-processing")
        .add("version", PluginRegistry.seamarkVersion())
        .add("extensions", Json.createArrayBuilder().add("binary_tensor_data"))
        .build()
        .toString();
  }

  /**
   * Whether the server answers at all.
   *
   * @return true
   */
  @GET
  @Path("/health/live")
  @Produces(MediaType.APPLICATION_JSON)
  public String live() {
    return Json.createObjectBuilder().add("live", true).build().toString();
  }

  /**
   * Whether the model is ready.
   *
   * @return 200, or 503
   */
  @GET
  @Path("/health/ready")
  @Produces(MediaType.APPLICATION_JSON)
  public Response ready() {
    boolean ready = host.unready().isEmpty();
    return Response.status(ready ? Status.OK : Status.SERVICE_UNAVAILABLE)
        .entity(Json.createObjectBuilder().add("live", true).add("ready", ready).build().toString())
        .build();
  }

  /**
   * The model.
   *
   * @param name of the plugin
   * @return its inputs and outputs
   */
  @GET
  @Path(MODEL)
  @Produces(MediaType.APPLICATION_JSON)
  public String model(@PathParam("name") String name) {
    checkName(name, host.processor());
    JsonArrayBuilder inputs =
        Json.createArrayBuilder()
            .add(
                tensor(
                    InferenceRequest.IMAGE,
                    "UINT8",
                    "or BYTES [1]: a JPEG or PNG file, in JSON as base64",
                    1,
                    -1,
                    -1,
                    3))
            .add(
                tensor(
                    InferenceRequest.SCORES,
                    "FP32",
                    host.processor().labels()
                        ? "optional: the edge model's logits [1, classes, height, width], at any"
                            + " resolution; without them this service's own edge model labels the"
                            + " image"
                        : "required: the edge model's logits [1, classes, height, width], at any"
                            + " resolution; "
                            + host.processor().unlabelled(),
                    1,
                    -1,
                    -1,
                    -1));
    JsonArrayBuilder outputs =
        Json.createArrayBuilder()
            .add(
                tensor(
                    InferenceAnswer.CLASS_MAP,
                    "UINT8",
                    "each pixel's class; what is no class is undecided",
                    1,
                    -1,
                    -1))
            .add(tensor(InferenceAnswer.CLASS_COUNTS, "INT64", "pixels of each class", 1, -1))
            .add(tensor(InferenceAnswer.MASKS, "INT64", "masks the answer rests on", 1));
    return Json.createObjectBuilder()
        .add("name", name)
        .add("versions", Json.createArrayBuilder().add(VERSION))
        .add("platform", "seamark")
        .add("inputs", inputs)
        .add("outputs", outputs)
        .build()
        .toString();
  }

  /**
   * Whether the model is ready.
   *
   * @param name of the plugin
   * @return true
   * @throws NotReadyException if it answers no frame for now
   */
  @GET
  @Path(MODEL + "/ready")
  @Produces(MediaType.APPLICATION_JSON)
  public String modelReady(@PathParam("name") String name) {
    checkName(name, host.processor());
    String unready = host.unready();
    if (!unready.isEmpty()) {
      throw new NotReadyException(unready, 1);
    }
    return Json.createObjectBuilder().add("name", name).add("ready", true).build().toString();
  }

  /**
   * Answers a frame.
   *
   * @param name of the plugin
   * @param jsonLength length of the JSON in front of binary tensors
   * @param headers of the request
   * @param request whose address says who asks, where no parameter {@code edge} does
   * @param body an inference request, which has arrived with the exchange
   * @return an inference response
   * @throws IOException if the response cannot be written
   */
  @POST
  @Path(MODEL + "/infer")
  public Response infer(
      @PathParam("name") String name,
      @HeaderParam(HEADER_LENGTH) @Nullable String jsonLength,
      @Context HttpHeaders headers,
      @Context HttpServletRequest request,
      InputStream body)
      throws IOException {
    return metrics.counting(
        () -> {
          TaskProcessor processor = host.processor();
          checkName(name, processor);
          JsonFrames.checkType(
              headers, MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM);
          Exchange exchange = Exchange.of(request);
          InferenceRequest asked =
              InferenceRequest.read(exchange.body(), jsonLength(jsonLength), exchange.memory());
          exchange.release();
          TaskProcessor.Question question = asked.question(processor, exchange.memory());
          String client =
              asked.edge().isEmpty()
                  ? "address " + request.getRemoteAddr()
                  : "edge " + asked.edge();
          TaskProcessor.Answers answers = processor.answer(client, List.of(question));
          metrics.predicted("v2", answers);
          InferenceAnswer answer =
              InferenceAnswer.of(name, asked, answers.answers().get(0), exchange.memory());
          Response.ResponseBuilder response = Response.ok(answer.body());
          return answer.headerLength() < 0
              ? response.type(MediaType.APPLICATION_JSON).build()
              : response
                  .type(MediaType.APPLICATION_OCTET_STREAM)
                  .header(HEADER_LENGTH, answer.headerLength())
                  .build();
        });
  }

  private static @Nullable Integer jsonLength(@Nullable String text) {
    try {
      return text == null ? null : Integer.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new BadInputException(HEADER_LENGTH + " is '" + text + "', but must be a whole number");
    }
  }

  private void checkName(String name, TaskProcessor processor) {
    if (!name.equals(processor.name())) {
      throw new NotFoundException("there is no model '" + name + "'; there is " + processor.name());
    }
    String named = uri == null ? null : uri.getPathParameters().getFirst("version");
    String version = named == null ? "" : named.replaceFirst("^/versions/", "");
    if (!version.isEmpty() && !version.equals(VERSION)) {
      throw new NotFoundException(
          "there is no version '" + version + "' of model '" + name + "'; there is " + VERSION);
    }
  }

  private static JsonObjectBuilder tensor(String name, String datatype, String text, int... shape) {
    JsonArrayBuilder dimensions = Json.createArrayBuilder();
    for (int dimension : shape) {
      dimensions.add(dimension);
    }
    return Json.createObjectBuilder()
        .add("name", name)
        .add("datatype", datatype)
        .add("shape", dimensions)
        .add("parameters", Json.createObjectBuilder().add("description", text));
  }
}
