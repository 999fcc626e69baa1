package io.seamark.unknown.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.seamark.exchange.CountedBytes;
import io.seamark.exchange.Exchange;
import io.seamark.exchange.MemoryBudget;
import io.seamark.failure.BadInputException;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sedna's joint inference: what its cloud worker ({@code BigModelService}) serves and its edge
 * worker calls. Each element of {@code data} is an object with {@code image}, a JPEG or PNG file as
 * base64 or nested lists [H][W][3] of 0 to 255, and {@code scores}, nested lists [C][h][w] of the
 * edge model's logits. Where the service has an edge model of its own, scores may be left out, and
 * an element may be the image itself; Sedna's own edge worker sends one image as {@code data}
 * itself. Each result is an object with {@code class_map}, nested lists [H][W], and {@code masks},
 * their number. Frames that come this way are not kept.
 *
 * @see <a href="https://github.com/kubeedge/sedna">Sedna, lib/sedna/service/server/inference.py</a>
 */
@Path("/{service}")
@RequestScoped
public class SednaResource {
  /** The most elements of one request; they are answered in one turn. */
  private static final int MOST = 4;

  private static final JsonFactory FACTORY = new JsonFactory();

  @Inject ProcessingHost host;
  @Inject ServiceMetrics metrics;

  /** Made by the container. */
  public SednaResource() {}

  /** An element of {@code data}; null fields were absent. */
  private static final class Item {
    private byte @Nullable [] file;
    private byte @Nullable [] rgb;
    private List<Integer> shape = List.of();
    private BoundedJson.@Nullable Tensor scores;
  }

  /** A request; {@code data} is null if it is absent, null or no list. */
  private static final class Call {
    private @Nullable List<Item> data;
    private boolean callback;
    private String fault = "field required";
    private String type = "value_error.missing";
  }

  /**
   * What can be called.
   *
   * @param service the name of the job
   * @return {@code infos}
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public String infos(@PathParam("service") String service) {
    checkName(service);
    JsonArrayBuilder infos = Json.createArrayBuilder();
    for (String path : List.of("/" + service, "/" + service + "/predict")) {
      infos.add(Json.createObjectBuilder().add("path", path).add("name", "method"));
    }
    return Json.createObjectBuilder().add("infos", infos).build().toString();
  }

  /**
   * Answers frames.
   *
   * @param service the name of the job
   * @param headers of the request
   * @param request whose address says who asks
   * @param body {@code data} and {@code callback}, which must be null: there are none; it has
   *     arrived with the exchange
   * @return {@code result}; 422 with {@code detail} if data is no list of what can be answered
   * @throws IOException if the result cannot be written
   */
  @POST
  @Path("/predict")
  public Response predict(
      @PathParam("service") String service,
      @Context HttpHeaders headers,
      @Context HttpServletRequest request,
      InputStream body)
      throws IOException {
    checkName(service);
    return metrics.counting(
        () -> {
          TaskProcessor processor = host.processor();
          Exchange exchange = Exchange.of(request);
          if (exchange.body().length == 0) {
            return invalid("body", "field required", "value_error.missing");
          }
          MediaType type = headers.getMediaType();
          if (type != null && !type.getSubtype().endsWith("json")) {
            return invalid("body", "value is not a valid dict", "type_error.dict");
          }
          Call call;
          TaskProcessor.Answers answers;
          List<TaskProcessor.Question> questions = new ArrayList<>();
          try {
            byte[] bytes = exchange.body();
            call =
                BoundedJson.read(
                    bytes, bytes.length, exchange.memory(), json -> call(json, exchange.memory()));
            List<Item> data = call.data;
            if (data == null) {
              return invalid("data", call.fault, call.type);
            }
            for (Item item : data) {
              questions.add(question(processor, item, exchange.memory()));
            }
            exchange.release();
            if (call.callback) {
              return Response.serverError()
                  .type(MediaType.APPLICATION_JSON)
                  .entity(
                      Json.createObjectBuilder()
                          .add("detail", "no callback is registered")
                          .build()
                          .toString())
                  .build();
            }
            if (questions.isEmpty()) {
              return Response.ok("{\"result\":[]}", MediaType.APPLICATION_JSON).build();
            }
            answers = processor.answer("address " + request.getRemoteAddr(), questions);
          } catch (BadInputException e) {
            metrics.refused("bad");
            return invalid("data", String.valueOf(e.getMessage()), "value_error");
          }
          metrics.predicted("sedna", answers);
          return Response.ok(
                  result(answers.answers(), exchange.memory()), MediaType.APPLICATION_JSON)
              .build();
        });
  }

  private void checkName(String service) {
    if (!service.equals(host.job())) {
      throw new NotFoundException("Not Found");
    }
  }

  private static Call call(JsonParser json, MemoryBudget.Claim memory) throws IOException {
    Call call = new Call();
    BoundedJson.object(
        "the body",
        json,
        (name, value) -> {
          switch (name) {
            case "data" -> {
              if (value.currentToken() == JsonToken.VALUE_NULL) {
                call.fault = "none is not an allowed value";
                call.type = "type_error.none.not_allowed";
              } else if (value.isExpectedStartArrayToken()) {
                call.data = data(value, memory);
              } else {
                call.fault = "value is not a valid list";
                call.type = "type_error.list";
                value.skipChildren();
              }
            }
            case "callback" -> {
              call.callback = value.currentToken() != JsonToken.VALUE_NULL;
              value.skipChildren();
            }
            default -> value.skipChildren();
          }
        });
    return call;
  }

  /** Elements, or images as one tensor: of rank 3 a single one, as Sedna's worker sends it. */
  private static List<Item> data(JsonParser json, MemoryBudget.Claim memory) throws IOException {
    JsonToken first = json.nextToken();
    if (first == JsonToken.END_ARRAY) {
      return List.of();
    }
    if (first != JsonToken.START_ARRAY) {
      List<Item> items = new ArrayList<>();
      for (JsonToken token = first; token != JsonToken.END_ARRAY; token = json.nextToken()) {
        if (items.size() == MOST) {
          throw new BadInputException("data has more than " + MOST + " elements");
        }
        items.add(item(json));
      }
      return items;
    }
    BoundedJson.Tensor all = BoundedJson.tensorFrom("data", first, json);
    List<Integer> shape = all.shape();
    int rank = shape.size();
    int images = rank == 4 ? shape.get(0) : 1;
    if (rank < 3 || rank > 4 || shape.get(rank - 1) != 3 || images > MOST) {
      throw new BadInputException(
          "data has the shape "
              + shape
              + ", but lists of numbers must be an image [H][W][3], or up to "
              + MOST
              + " of one size");
    }
    byte[] pixels = all.bytes("data");
    List<Integer> one = shape.subList(rank - 3, rank);
    List<Item> items = new ArrayList<>();
    memory.grow(pixels.length);
    for (int i = 0; i < images; i++) {
      int length = pixels.length / images;
      Item item = new Item();
      item.rgb = Arrays.copyOfRange(pixels, i * length, (i + 1) * length);
      item.shape = one;
      items.add(item);
    }
    return items;
  }

  private static Item item(JsonParser json) throws IOException {
    Item item = new Item();
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      item.file = BoundedJson.base64("an element of data", json);
      return item;
    }
    BoundedJson.object(
        "an element of data",
        json,
        (name, value) -> {
          switch (name) {
            case "image" -> {
              if (value.currentToken() == JsonToken.VALUE_STRING) {
                item.file = BoundedJson.base64("image", value);
              } else {
                BoundedJson.Tensor pixels = BoundedJson.tensor("image", value);
                item.rgb = pixels.bytes("image");
                item.shape = pixels.shape();
              }
            }
            case "scores" -> item.scores = BoundedJson.tensor("scores", value);
            default -> value.skipChildren();
          }
        });
    return item;
  }

  private static TaskProcessor.Question question(
      TaskProcessor processor, Item item, MemoryBudget.Claim memory) {
    BoundedJson.Tensor scores = item.scores;
    if (scores == null && !processor.labels()) {
      throw new BadInputException(
          "an element of data must have scores [C][h][w], as " + processor.unlabelled());
    }
    if (scores != null && scores.shape().size() != 3) {
      throw new BadInputException(
          "scores have the shape " + scores.shape() + ", but must be lists [C][h][w]");
    }
    ClassScores logits = scores == null ? null : JsonFrames.scores(scores.shape(), scores.floats());
    byte[] file = item.file;
    if (file != null) {
      return JsonFrames.ofFile(processor, file, logits, memory);
    }
    byte[] rgb = item.rgb;
    if (rgb == null || item.shape.size() != 3 || item.shape.get(2) != 3) {
      throw new BadInputException(
          "an element of data must have an image: a file as base64, or lists [H][W][3]");
    }
    return JsonFrames.ofPixels(processor, item.shape.get(1), item.shape.get(0), rgb, logits);
  }

  private static byte[] result(List<TaskProcessor.Answered> answers, MemoryBudget.Claim memory)
      throws IOException {
    CountedBytes out = new CountedBytes(memory);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("result");
      for (TaskProcessor.Answered answer : answers) {
        ClassMap map = answer.classMap();
        json.writeStartObject();
        json.writeArrayFieldStart("class_map");
        for (int y = 0; y < map.height(); y++) {
          json.writeStartArray();
          for (int x = 0; x < map.width(); x++) {
            json.writeNumber(map.at(x, y));
          }
          json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField("masks", answer.masks());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.exact();
  }

  /** A refusal as Sedna's server, FastAPI, writes it. */
  private static Response invalid(String where, String message, String type) {
    JsonArrayBuilder location = Json.createArrayBuilder().add("body");
    if (!where.equals("body")) {
      location.add(where);
    }
    return Response.status(422)
        .type(MediaType.APPLICATION_JSON)
        .entity(
            Json.createObjectBuilder()
                .add(
                    "detail",
                    Json.createArrayBuilder()
                        .add(
                            Json.createObjectBuilder()
                                .add("loc", location)
                                .add("msg", message)
                                .add("type", type)))
                .build()
                .toString())
        .build();
  }
}
