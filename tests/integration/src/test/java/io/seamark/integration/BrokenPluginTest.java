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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mask generator that fails is named for it, and no frame is taken for a bad one. */
class BrokenPluginTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Fails as its hyperparameter says, else as the frame's first value says. */
  private static final String BROKEN =
      """
      package broken;

      import io.seamark.perception.*;
      import io.seamark.plugin.*;
      import java.util.*;

      public class Broken implements PluginProvider<MaskGenerator, Broken.Parameters> {
        public record Parameters(
            @Hyperparameter(text = "How it fails.", defaultValue = "0") int fault) {}
        public PluginKind<MaskGenerator> kind() { return PluginKind.MASK_GENERATOR; }
        public String name() { return "broken"; }
        public String text() { return "Fails."; }
        public Class<Parameters> hyperparameters() { return Parameters.class; }
        public MaskGenerator create(Parameters parameters, PluginContext context) {
          return new MaskGenerator() {
            public Generated generate(Frame frame) {
              int fault = parameters.fault() > 0 ? parameters.fault() : frame.rgb()[0] & 0xFF;
              switch (fault) {
                case 255: throw new IllegalArgumentException("no such point");
                case 192: throw new NoClassDefFoundError("gone/Away");
                case 128: return generate(frame);
                case 64: return new Generated(List.of(mask(frame.height(), frame.width())), Map.of());
                default: return new Generated(List.of(), Map.of());
              }
            }
            public void close() {}
          };
        }
        private static SegmentMask mask(int width, int height) {
          BitSet pixels = new BitSet();
          pixels.set(0);
          SegmentMask.Box box = new SegmentMask.Box(0, 0, 1, 1);
          return new SegmentMask(width, height, pixels, 1, box, 1, 1, 0, 0, box);
        }
      }
      """;

  private static final String ILLEGAL =
      "mask_generator 'broken' failed: IllegalArgumentException: no such point";

  private static final Map<Integer, String> FAILURES =
      Map.of(
          255, ILLEGAL,
          192, "mask_generator 'broken' failed: NoClassDefFoundError: gone/Away",
          128, "mask_generator 'broken' failed: StackOverflowError",
          64, "mask_generator 'broken' gave a mask of 24x32 for a frame of 32x24");

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void build() throws IOException {
    PluginJar.build(folder.resolve("plugins"), "broken.Broken", BROKEN);
  }

  @Test
  @DisplayName("a frame that a plugin fails on is no bad frame on any contract, and others go on")
  void serviceSaysWhoFailed() throws Exception {
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
                "SEAMARK_MASK_GENERATOR",
                "broken"))) {
      server.awaitReady(LIMIT);
      for (Map.Entry<Integer, String> failure : FAILURES.entrySet()) {
        HttpResponse<String> failed = sample(server, "f" + failure.getKey(), failure.getKey());
        assertEquals(500, failed.statusCode(), failed.body());
        assertEquals(
            "application/problem+json", failed.headers().firstValue("Content-Type").orElse(""));
        JsonNode problem = new ObjectMapper().readTree(failed.body());
        assertEquals(failure.getValue(), problem.path("detail").asText());
        assertEquals(500, problem.path("status").asInt());
        assertEquals(200, sample(server, "after" + failure.getKey(), 0).statusCode());
      }
      String image = Base64.getEncoder().encodeToString(Images.encodePng(frame(255)));
      String scores =
          "{\"name\":\"scores\",\"datatype\":\"FP32\",\"shape\":[1,2,1,1],\"data\":[0,1]}";
      HttpResponse<String> v2 =
          post(
              server.uri().resolve("v2/models/sam_fusion/infer"),
              "application/json",
              ("{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
                      + image
                      + "\"]},"
                      + scores
                      + "]}")
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertEquals(500, v2.statusCode(), v2.body());
      assertEquals(ILLEGAL, new ObjectMapper().readTree(v2.body()).path("error").asText());
      HttpResponse<String> sedna =
          post(
              server.uri().resolve("sedna/predict"),
              "application/json",
              ("{\"data\":[{\"image\":\"" + image + "\",\"scores\":[[[0]],[[1]]]}]}")
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertEquals(500, sedna.statusCode(), sedna.body());
      assertEquals(ILLEGAL, new ObjectMapper().readTree(sedna.body()).path("detail").asText());
      assertTrue(server.alive());
    }
  }

  @Test
  @DisplayName("predict and bench stop with the plugin's name and are no matter of bad usage")
  void commandsSayWhoFailed() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    Files.write(images.resolve("a.png"), Images.encodePng(frame(0)));
    for (Map.Entry<Integer, String> failure : FAILURES.entrySet()) {
      Seamark.Result predicted =
          Seamark.run(
              folder,
              LIMIT,
              "predict",
              "--cloud-path",
              "--images",
              "images",
              "--plugins",
              "plugins",
              "--set",
              "seamark.mask_generator=broken",
              "--set",
              "mask_generator.broken.fault=" + failure.getKey(),
              "--out",
              "labels");
      failed(predicted, failure.getValue());
    }
    assertEquals(0, Seamark.run(folder, LIMIT, "bench", "--example", "job").exit());
    failed(
        Seamark.run(
            folder,
            LIMIT,
            "bench",
            "job/benchmarkingjob.yaml",
            "--no-curve",
            "--plugins",
            "plugins",
            "--set",
            "seamark.mask_generator=broken",
            "--set",
            "mask_generator.broken.fault=255"),
        ILLEGAL);
  }

  private static void failed(Seamark.Result result, String failure) {
    assertEquals(1, result.exit(), result.err());
    assertTrue(result.err().contains(failure), result.err());
    assertTrue(!result.err().contains("skipped"), result.err());
    assertTrue(!result.err().contains("\tat "), result.err());
  }

  private static Frame frame(int grey) {
    byte[] rgb = new byte[3 * 32 * 24];
    Arrays.fill(rgb, (byte) grey);
    return new Frame(32, 24, rgb, null);
  }

  private static HttpResponse<String> sample(LibertyServer server, String id, int grey)
      throws Exception {
    byte[] body =
        ArrowMessages.encode(
            new HardSample(
                id,
                "edge",
                "",
                0,
                32,
                24,
                new EncodedImage(EncodedImage.PNG, Images.encodePng(frame(grey))),
                null,
                new ClassScores(2, 1, 1, new float[2]),
                "v0",
                "score_margin",
                0.4,
                0.6));
    return post(server.uri().resolve("unknown-tasks"), ArrowMessages.MEDIA_TYPE, body);
  }

  private static HttpResponse<String> post(URI uri, String type, byte[] body) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
