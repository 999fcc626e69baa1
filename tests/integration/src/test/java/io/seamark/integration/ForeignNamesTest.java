package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that clients give, in the logs of a service. */
class ForeignNamesTest {
  private static final int SIDE = 64;
  private static final String MEDIA_TYPE = ArrowMessages.MEDIA_TYPE;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path folder = Path.of(".");

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  private static byte[] sample(String id, String edge, String domain, String model) {
    Frame frame = new Frame(SIDE, SIDE, new byte[3 * SIDE * SIDE], null);
    float[] scores = new float[2 * 16 * 16];
    scores[0] = 1;
    return ArrowMessages.encode(
        new HardSample(
            id,
            edge,
            domain,
            0,
            SIDE,
            SIDE,
            new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(frame, 0.9f)),
            null,
            new ClassScores(2, 16, 16, scores),
            model,
            "score_margin",
            0.1,
            0.6));
  }

  private static int post(LibertyServer server, String path, String type, byte[] body)
      throws Exception {
    return HTTP.send(
            HttpRequest.newBuilder(server.uri().resolve(path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .timeout(Duration.ofMinutes(2))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  @DisplayName("every log line of a service is JSON, and no name forges a field or a line")
  void logs() throws Exception {
    // The buffer takes no control characters; the rest is any edge's right.
    List<String> refused =
        List.of(
            "esc\u001b[2J\u001b]0;x\u0007",
            "nul\u0000\u0001\u007f\u009b",
            "two\nevent=forged level=ERROR");
    List<String> taken =
        List.of("x domain=forged masks=999", "quote\"\\", "\u202eturned", "=1+1", "\u4e2d\u6587");
    Path logs;
    try (LibertyServer server =
        LibertyServer.start(
            Seamark.HOME,
            "unknown-task-processing",
            0,
            Files.createDirectory(folder.resolve("work")),
            Map.of("SEAMARK_DATA", folder.resolve("data").toString()))) {
      server.awaitReady(Duration.ofMinutes(3));
      logs = server.logs();
      for (String name : taken) {
        assertEquals(
            200, post(server, "unknown-tasks", MEDIA_TYPE, sample(name, name, name, name)));
      }
      for (String name : refused) {
        assertEquals(
            400, post(server, "unknown-tasks", MEDIA_TYPE, sample(name, name, name, name)));
      }
      // What is refused, or is not there, may be logged too.
      post(server, "unknown-tasks", MEDIA_TYPE, new byte[] {27, 0, 10});
      post(
          server,
          "sedna/predict",
          "application/json",
          "{\"data\":[{\"image\":\"\\u001b\\u0000\",\"\\u001b\":1}]}"
              .getBytes(StandardCharsets.UTF_8));
      for (String path : List.of("%1b%5b2J", "v2/models/%1b%0aforged/infer", "%00")) {
        post(server, path, "application/json", "{\u001b".getBytes(StandardCharsets.UTF_8));
      }
    }
    List<String> frames = new ArrayList<>();
    for (String file : List.of("messages.log", "console.log")) {
      for (String line : Files.readAllLines(logs.resolve(file), StandardCharsets.UTF_8)) {
        if (line.startsWith("{")) {
          String message = json(line).path("message").asText();
          if (message.startsWith("hard frame: ")) {
            frames.add(message);
          }
        } else {
          assertFalse(line.contains("forged"), line);
        }
      }
    }
    assertEquals(taken.size(), frames.size(), frames.toString());
    for (String frame : frames) {
      assertTrue(frame.chars().noneMatch(c -> c < ' ' || (c >= 0x7F && c < 0xA0)), frame);
      // Without what stands between quotes there are our own fields alone.
      String own = frame.replaceAll("\"(?:[^\"\\\\]|\\\\.)*\"", "");
      assertFalse(own.contains("forged") || own.contains("masks=999"), frame);
      assertEquals(1, own.split(" masks=", -1).length - 1, frame);
    }
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }
}
