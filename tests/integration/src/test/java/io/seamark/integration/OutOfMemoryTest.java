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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A processing that takes more memory than it says, in one real server. */
class OutOfMemoryTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Takes all the heap for a white frame, and throws as ONNX Runtime does for a grey one. */
  private static final String HUNGRY =
      """
      package hungry;

      import io.seamark.perception.*;
      import io.seamark.plugin.*;
      import java.util.*;

      public class Hungry
          implements PluginProvider<UnseenTaskProcessing, Hungry.None>, UnseenTaskProcessing {
        public record None() {}
        public PluginKind<UnseenTaskProcessing> kind() {
          return PluginKind.UNSEEN_TASK_PROCESSING;
        }
        public String name() { return "hungry"; }
        public String text() { return "Takes more than it says."; }
        public Class<None> hyperparameters() { return None.class; }
        public UnseenTaskProcessing create(None none, PluginContext context) { return this; }
        public void close() {}
        public Answer process(Frame frame, ClassScores scores) {
          int first = frame.rgb()[0] & 0xFF;
          if (first == 255) {
            List<byte[]> all = new ArrayList<>();
            while (true) {
              all.add(new byte[1 << 20]);
            }
          }
          if (first == 128) {
            throw new IllegalStateException("Failed to allocate memory for requested buffer");
          }
          return new Answer(
              scores.resize(frame.width(), frame.height()).argmax(), List.of(), Map.of());
        }
      }
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  @DisplayName("a request that runs out of memory is refused and counted, and the service goes on")
  void requestsThatRunOutOfMemoryEndAlone() throws Exception {
    PluginJar.build(folder.resolve("plugins"), "hungry.Hungry", HUNGRY);
    try (LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "unknown-task-processing",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of(
                "SEAMARK_DATA",
                folder.resolve("data").toString(),
                "SEAMARK_PLUGINS",
                folder.resolve("plugins").toString(),
                "SEAMARK_UNSEEN_TASK_PROCESSING",
                "hungry"))) {
      server.awaitReady(Duration.ofMinutes(3));
      for (int i = 0; i < 4; i++) {
        HttpResponse<byte[]> refused = sample(server, "white-" + i, i % 2 == 0 ? 255 : 128);
        String body = new String(refused.body(), StandardCharsets.UTF_8);
        assertEquals(503, refused.statusCode(), body);
        assertEquals(
            "application/problem+json", refused.headers().firstValue("Content-Type").orElse(""));
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        JsonNode problem = new ObjectMapper().readTree(body);
        assertTrue(problem.path("detail").asText().contains("memory"), body);
        assertEquals(200, sample(server, "black-" + i, 0).statusCode());
      }
      assertEquals(200, get(server, "health/live").statusCode());
      assertEquals(200, get(server, "health/ready").statusCode());
      String metrics = get(server, "metrics").body();
      assertTrue(
          metrics
              .lines()
              .anyMatch(
                  line ->
                      line.startsWith("seamark_unknown_refused")
                          && line.contains("reason=\"memory\"")
                          && line.endsWith(" 4.0")),
          metrics.lines().filter(line -> line.contains("refused")).toList().toString());
      assertTrue(server.alive());
    }
  }

  private static HttpResponse<String> get(LibertyServer server, String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.uri().resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<byte[]> sample(LibertyServer server, String id, int grey)
      throws Exception {
    byte[] rgb = new byte[3 * 32 * 24];
    java.util.Arrays.fill(rgb, (byte) grey);
    byte[] body =
        ArrowMessages.encode(
            new HardSample(
                id,
                "edge",
                "",
                0,
                32,
                24,
                new EncodedImage(EncodedImage.PNG, Images.encodePng(new Frame(32, 24, rgb, null))),
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
}
