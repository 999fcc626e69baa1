package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.buffer.ArrowMessages;
import io.seamark.buffer.HardSample;
import io.seamark.cloud.LibertyServer;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.street.StreetModels;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service with an edge model of its own, against one real server. */
class UnscoredFramesTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir private Path folder = Path.of("");

  @Test
  @DisplayName(
      "images without scores are answered once the model is there, as Sedna sends them too")
  void imagesWithoutScoresAreLabelled() throws Exception {
    Path model = folder.resolve("champion.safetensors");
    try (LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "unknown-task-processing",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of(
                "SEAMARK_DATA",
                folder.resolve("data").toString(),
                "UNSEEN_TASK_PROCESSING_SAM_FUSION_EDGE_MODEL",
                model.toString()))) {
      server.awaitReady(Duration.ofMinutes(3));
      // Not there yet: ready for frames with scores, and the rest is told to come again.
      HttpResponse<String> ready = get(server, "health/ready");
      assertEquals(200, ready.statusCode(), ready.body());
      assertTrue(ready.body().contains(model + " is not there yet"), ready.body());
      HttpResponse<String> early = infer(server);
      assertEquals(503, early.statusCode(), early.body());
      assertTrue(early.headers().firstValue("Retry-After").isPresent());
      assertTrue(early.body().contains(model + " is not there yet"), early.body());
      assertEquals(503, predict(server, "{\"data\":" + pixels() + "}").statusCode());

      Files.copy(
          StreetModels.edgeModel(folder.resolve("cache")),
          model,
          StandardCopyOption.REPLACE_EXISTING);
      HttpResponse<String> described = get(server, "v2/models/sam_fusion");
      assertTrue(described.body().contains("optional: the edge model's logits"), described.body());
      HttpResponse<String> inferred = infer(server);
      assertEquals(200, inferred.statusCode(), inferred.body());
      JsonNode map = JSON.readTree(inferred.body()).path("outputs").path(0);
      assertEquals("[1,64,96]", map.path("shape").toString());
      assertEquals(11, JSON.readTree(inferred.body()).path("outputs").path(1).path("data").size());

      // As Sedna's own edge worker sends it: the image is the data.
      JsonNode stock = result(predict(server, "{\"post_process\":null,\"data\":" + pixels() + "}"));
      assertEquals(1, stock.size());
      assertEquals(flat(stock.path(0).path("class_map")), map.path("data").toString());
      assertEquals(
          2, result(predict(server, "{\"data\":[" + pixels() + "," + pixels() + "]}")).size());
      assertEquals(1, result(predict(server, "{\"data\":[{\"image\":" + pixels() + "}]}")).size());
      String file = Base64.getEncoder().encodeToString(Images.encodePng(frame()));
      assertEquals(1, result(predict(server, "{\"data\":[\"" + file + "\"]}")).size());

      // Scores of another model are refused by name, on both contracts.
      HttpResponse<String> unfit =
          predict(server, "{\"data\":[{\"image\":" + pixels() + ",\"scores\":[[[1.0]],[[2.0]]]}]}");
      assertEquals(422, unfit.statusCode(), unfit.body());
      assertTrue(unfit.body().contains("scores have 2 classes, but"), unfit.body());
      HttpResponse<byte[]> sample = sample(server);
      assertEquals(400, sample.statusCode());

      Files.writeString(model, "no model");
      HttpResponse<String> broken = get(server, "health/ready");
      assertEquals(503, broken.statusCode(), broken.body());
      assertTrue(broken.body().contains(model.toString()), broken.body());
      assertEquals(503, infer(server).statusCode());
      HttpResponse<String> unready = get(server, "v2/models/sam_fusion/ready");
      assertEquals(503, unready.statusCode(), unready.body());
      assertTrue(unready.body().contains(model.toString()), unready.body());
      JsonNode status = JSON.readTree(get(server, "status").body());
      assertEquals("false", status.path("ready").asText());
      assertTrue(status.path("reason").asText().contains(model.toString()), status.toString());
      assertTrue(status.has("buffer"), status.toString());
      assertEquals(200, get(server, "health/live").statusCode());
    }
  }

  private static String flat(JsonNode rows) {
    StringBuilder text = new StringBuilder("[");
    rows.forEach(
        row ->
            row.forEach(value -> text.append(text.length() == 1 ? "" : ",").append(value.asInt())));
    return text.append(']').toString();
  }

  private static JsonNode result(HttpResponse<String> reply) throws Exception {
    assertEquals(200, reply.statusCode(), reply.body());
    return JSON.readTree(reply.body()).path("result");
  }

  private static HttpResponse<String> get(LibertyServer server, String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.uri().resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> predict(LibertyServer server, String body) throws Exception {
    return post(server, "sedna/predict", body);
  }

  private static HttpResponse<String> infer(LibertyServer server) throws Exception {
    return post(
        server,
        "v2/models/sam_fusion/infer",
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,64,96,3],\"data\":"
            + pixels()
            + "}]}");
  }

  private static HttpResponse<String> post(LibertyServer server, String path, String body)
      throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.uri().resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<byte[]> sample(LibertyServer server) throws Exception {
    byte[] body =
        ArrowMessages.encode(
            new HardSample(
                "a",
                "edge",
                "",
                0,
                WIDTH,
                HEIGHT,
                new EncodedImage(EncodedImage.PNG, Images.encodePng(frame())),
                null,
                new ClassScores(2, 1, 1, new float[2]),
                "v0",
                "score_margin",
                0.4,
                0.6));
    return HTTP.send(
        HttpRequest.newBuilder(server.uri().resolve("unknown-tasks"))
            .header("Content-Type", ArrowMessages.MEDIA_TYPE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static Frame frame() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    new Random(3).nextBytes(rgb);
    return new Frame(WIDTH, HEIGHT, rgb, null);
  }

  /** The frame as nested lists [H][W][3]. */
  private static String pixels() {
    byte[] rgb = frame().rgb();
    StringBuilder text = new StringBuilder();
    for (int y = 0; y < HEIGHT; y++) {
      text.append(y == 0 ? "[[" : "],[");
      for (int x = 0; x < WIDTH; x++) {
        int at = 3 * (y * WIDTH + x);
        text.append(x == 0 ? "[" : ",[")
            .append(rgb[at] & 0xFF)
            .append(',')
            .append(rgb[at + 1] & 0xFF)
            .append(',')
            .append(rgb[at + 2] & 0xFF)
            .append(']');
      }
    }
    return text.append("]]").toString();
  }
}
