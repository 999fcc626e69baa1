package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.seamark.cli.Seamark;
import io.seamark.imaging.Images;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run's figures are called: other programs read them. */
class RunSummaryTest {
  private static final String MODELS =
      """
      [ {
        "version" : "v0",
        "sha256" : "%1$s",
        "bytes" : 12,
        "created" : "2026-03-05T14:20:58Z",
        "parent" : null,
        "verdict" : "initial",
        "reason" : "the first",
        "serving" : null,
        "candidate" : null,
        "provenance" : {
          "kind" : "file", "source" : "a.safetensors", "parent_sha256" : null, "buffer" : null,
          "retained" : null, "hyperparameters" : { }, "plugins" : { }, "seed" : 0,
          "software" : { }, "training" : { }
        }
      }, {
        "version" : "v1",
        "sha256" : "%1$s",
        "bytes" : 13,
        "created" : "2026-03-05T14:21:40Z",
        "parent" : "v0",
        "verdict" : "accepted",
        "reason" : "better",
        "serving" : {
          "new_frames" : 4, "new_agreement" : 0.25, "retained_frames" : 0,
          "retained_mean_iou" : null
        },
        "candidate" : {
          "new_frames" : 4, "new_agreement" : 0.5, "retained_frames" : 2,
          "retained_mean_iou" : 0.75
        },
        "provenance" : {
          "kind" : "training", "source" : null, "parent_sha256" : "%1$s",
          "buffer" : {
            "first" : 0, "next" : 9, "trained" : [ { "first" : 0, "last" : 7 } ],
            "held_out" : [ { "first" : 8, "last" : 8 } ], "segments" : { }
          },
          "retained" : null, "hyperparameters" : { }, "plugins" : { }, "seed" : 1,
          "software" : { }, "training" : { "seconds" : 1.5, "task.dusk.drift" : 2.5, "task.dusk.trained" : 4 }, "of_a_later_release" : 1
        },
        "of_a_later_release" : { }
      } ]
      """
          .formatted("0123456789abcdef".repeat(4));

  private static final String ROUNDS =
      """
      {
        "state" : "idle", "completed" : 1, "accepted" : 1, "rejected" : 0, "failed" : 0,
        "idle" : 0, "samples" : 9, "trained_on" : 9, "new_samples" : 0, "progress" : 0.0,
        "loss" : null, "last" : null, "last_request" : null, "of_a_later_release" : 1
      }
      """;

  /** Names of the line that {@code --json} prints, in its order. */
  private static final List<String> LINE =
      List.of(
          "frames",
          "skipped",
          "without_depth",
          "hard",
          "hard_share",
          "cloud_answers",
          "audited",
          "easy_agreement",
          "hard_agreement",
          "refused",
          "undelivered",
          "not_stored",
          "bytes_up",
          "bytes_down",
          "edge_ms",
          "infer_ms",
          "cloud_ms",
          "stream_edge_miou",
          "stream_system_miou",
          "drifted",
          "edge_start_miou",
          "fused_miou",
          "edge_updated_miou",
          "sent/frames",
          "sent/edge_start",
          "sent/fused",
          "sent/edge_updated",
          "untrained/frames",
          "untrained/edge_start",
          "untrained/fused",
          "untrained/edge_updated",
          "all/frames",
          "all/edge_start",
          "all/system",
          "all/edge_updated",
          "rounds",
          "start_version",
          "model_version",
          "model_updates",
          "shadow",
          "versions/version",
          "versions/parent",
          "versions/verdict",
          "versions/reason",
          "edge_resident_mb",
          "edge_peak_resident_mb",
          "edge_cpu_seconds",
          "peak_resident_mb",
          "seed",
          "threads",
          "phase_seconds/start",
          "phase_seconds/stream",
          "phase_seconds/drain",
          "phase_seconds/training",
          "phase_seconds/update",
          "phase_seconds/judge",
          "seconds",
          "interrupted",
          "out",
          "report",
          "notes");

  /** Those that only a run with labels has. */
  private static final String JUDGED =
      "(drifted|edge_start_miou|fused_miou|edge_updated_miou|(sent|untrained|all)/.*)";

  /** What {@code summary.json} has after them. */
  private static final List<String> DETAILS =
      List.of(
          "started",
          "domains/*/frames",
          "domains/*/hard",
          "domains/*/miou_edge",
          "domains/*/miou_system",
          "models/version",
          "models/parent",
          "models/created",
          "models/served_from_seconds",
          "models/verdict",
          "models/reason",
          "models/bytes",
          "models/evaluation/agreement over views",
          "models/evaluation/its parent's",
          "models/evaluation/retained frames",
          "models/drift/dusk",
          "bad_frames",
          "setup/Source",
          "setup/Edge model",
          "setup/Cloud",
          "setup/Seed",
          "setup/Threads",
          "setup/Machine",
          "plugins/kind",
          "plugins/name",
          "plugins/values/*",
          "metrics/*/edge",
          "metrics/*/system");

  @TempDir Path folder = Path.of("");
  private final HttpServer cloud =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);

  private record Ran(int status, JsonNode line, JsonNode summary, String text) {}

  RunSummaryTest() throws IOException {
    cloud.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String text = path.equals("/models") ? MODELS : path.equals("/rounds") ? ROUNDS : "";
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    cloud.start();
  }

  @AfterEach
  void stop() {
    cloud.stop(0);
  }

  private Ran run(String... arguments) throws IOException {
    Path out = folder.resolve("out");
    List<String> all =
        new ArrayList<>(
            List.of("run", "--json", "--out", out.toString(), "--hem", "EdgeOnly", "--cloud"));
    all.add("http://localhost:" + cloud.getAddress().getPort());
    all.addAll(List.of(arguments));
    StringWriter said = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(new PrintWriter(said), new PrintWriter(err), all.toArray(String[]::new));
    ObjectMapper json = new ObjectMapper();
    JsonNode line = json.readTree(said.toString().lines().reduce("", (before, after) -> after));
    return new Ran(
        status, line, json.readTree(out.resolve("summary.json").toFile()), said + "\n" + err);
  }

  /** Paths of what has no fields of its own; those of a list are of all its elements together. */
  private static List<String> paths(JsonNode json) {
    List<String> paths = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      List<String> below = new ArrayList<>();
      if (value.isArray()) {
        value.forEach(element -> below.addAll(paths(element)));
      } else {
        below.addAll(paths(value));
      }
      if (below.isEmpty()) {
        paths.add(field.getKey());
      }
      below.stream().distinct().forEach(path -> paths.add(field.getKey() + "/" + path));
    }
    return paths;
  }

  /** The paths with names that a run chooses as a star, and without what is empty only at times. */
  private static List<String> names(JsonNode json) {
    List<String> names =
        paths(json).stream()
            .map(name -> name.replaceFirst("^(domains|metrics|plugins/values)/[^/]*", "$1/*"))
            .distinct()
            .toList();
    return names.stream()
        .filter(name -> names.stream().noneMatch(other -> other.startsWith(name + "/")))
        .toList();
  }

  private static List<String> together(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  @Test
  @DisplayName("the figures of a run have these names, in this order")
  void figures() throws IOException {
    Ran ran = run("--frames", "2");
    assertEquals(0, ran.status(), ran.text());
    assertEquals(LINE, names(ran.line()));
    assertEquals(together(LINE, DETAILS), names(ran.summary()));
    ran.line()
        .properties()
        .forEach(field -> assertEquals(field.getValue(), ran.summary().get(field.getKey())));
  }

  @Test
  @DisplayName("a run without labels has no figures of judgement")
  void figuresWithoutLabels() throws IOException {
    Path frames = Files.createDirectory(folder.resolve("frames"));
    Files.write(
        frames.resolve("a.png"),
        Images.encodePng(new ProceduralStreet(1, 96, 64).render(0, Weather.DAY).sample().frame()));
    Ran ran = run("--source", frames.toString());
    assertEquals(0, ran.status(), ran.text());
    List<String> unjudged = LINE.stream().filter(name -> !name.matches(JUDGED)).toList();
    assertEquals(unjudged, names(ran.line()));
    assertEquals(together(unjudged, DETAILS), names(ran.summary()));
    assertTrue(ran.line().path("stream_edge_miou").isNull());
    assertTrue(ran.summary().at("/metrics/mean_iou/edge").isNull());
  }

  @Test
  @DisplayName("figures keep six decimals, and what is unknown is null")
  void values() throws IOException {
    Ran ran = run("--frames", "2");
    assertTrue(ran.line().path("cloud_ms").isNull());
    assertTrue(ran.line().at("/sent/fused").isNull());
    assertTrue(ran.line().path("seconds").asText().matches("\\d+(\\.\\d{1,6})?"));
    assertEquals(2, ran.line().path("frames").asInt());
    assertEquals(1, ran.line().path("rounds").asInt());
    assertEquals(
        new ObjectMapper()
            .readTree(
                """
                [
                  {"version": "v0", "parent": "", "verdict": "initial", "reason": "the first"},
                  {"version": "v1", "parent": "v0", "verdict": "accepted", "reason": "better"}
                ]
                """),
        ran.line().path("versions"));
    assertEquals(
        new ObjectMapper()
            .readTree(
                """
                [
                  {
                    "version": "v0", "parent": null, "created": "2026-03-05T14:20:58Z",
                    "served_from_seconds": null, "verdict": "initial", "reason": "the first",
                    "bytes": 12, "evaluation": {}, "drift": {}
                  },
                  {
                    "version": "v1", "parent": "v0", "created": "2026-03-05T14:21:40Z",
                    "served_from_seconds": null, "verdict": "promoted", "reason": "better",
                    "bytes": 13,
                    "evaluation": {
                      "agreement over views": 0.5, "its parent's": 0.25,
                      "retained frames": 0.75
                    },
                    "drift": {"dusk": 2.5}
                  }
                ]
                """),
        ran.summary().path("models"));
  }
}
