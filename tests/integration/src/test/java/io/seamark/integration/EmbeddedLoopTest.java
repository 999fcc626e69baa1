package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.seamark.buffer.ReplayBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop on the embedded street, with the services on Liberty and training. */
class EmbeddedLoopTest {
  @TempDir Path folder = Path.of(".");

  @Test
  @DisplayName("streams, asks the cloud, trains, judges and reports")
  void wholeLoop() throws Exception {
    Seamark.Result result =
        Seamark.run(
            folder,
            Duration.ofMinutes(6),
            "run",
            "--frames",
            "60",
            "--set",
            "seamark.training.trigger.samples=12",
            "--set",
            "seamark.training.steps=20",
            "--out",
            "out",
            "--json");
    assertEquals(0, result.exit(), result.err());
    JsonNode figures = result.json();
    assertEquals(60, figures.path("frames").asInt());
    int hard = figures.path("hard").asInt();
    assertTrue(hard >= 15 && hard < 60, result.out());
    assertEquals(hard, figures.path("cloud_answers").asInt());
    assertEquals(0, figures.path("undelivered").asInt());
    assertTrue(figures.path("rounds").asInt() >= 1, result.out());
    assertTrue(
        figures.path("fused_miou").asDouble() > figures.path("edge_start_miou").asDouble(),
        result.out());
    for (JsonNode version : figures.path("versions")) {
      assertTrue(!version.path("reason").asText().isEmpty(), version.toString());
    }
    assertTrue(figures.path("versions").size() >= 2, result.out());
    assertTrue(figures.path("notes").isArray(), result.out());
    for (JsonNode note : figures.path("notes")) {
      assertTrue(!note.asText().matches(".*(chance|labels look).*"), note.asText());
    }

    Path out = folder.resolve("out");
    String report = Files.readString(out.resolve("report.html"));
    assertTrue(report.contains("<svg") && report.contains("data:image/"), "no plots or pictures");
    assertTrue(!report.contains("src=\"http"), "the report is not self-contained");
    assertTrue(Files.size(out.resolve("models/champion.safetensors")) > 100_000);
    try (Stream<Path> segments = Files.list(out.resolve("buffer"))) {
      assertTrue(segments.anyMatch(s -> s.toString().endsWith(".arrow")));
    }
    try (ReplayBuffer buffer = ReplayBuffer.openReadOnly(out.resolve("buffer"))) {
      assertEquals(hard + figures.path("audited").asInt(), buffer.size());
    }
  }
}
