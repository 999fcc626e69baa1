package io.seamark.knowledge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.buffer.BufferOptions;
import io.seamark.knowledge.training.RoundSettings;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.KnowledgeSettings;
import io.seamark.setting.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LearningSettingsTest {
  private static LearningSettings from(Map<String, String> values) {
    return LearningSettings.from(key -> Optional.ofNullable(values.get(key)));
  }

  @Test
  void defaults() {
    LearningSettings settings = from(Map.of("seamark.data", "d", "seamark.threads", "2"));
    assertEquals(Path.of("d/buffer"), settings.buffer());
    assertEquals(List.of(), settings.replicas());
    assertEquals(Path.of("d/models"), settings.models());
    assertNull(settings.edgeModel());
    assertEquals("", settings.knowledge().retain());
    assertEquals(64, settings.knowledge().retainFrames());
    assertEquals(32, settings.knowledge().triggerSamples());
    assertEquals(Duration.ofSeconds(60), settings.minInterval());
    assertEquals(16, settings.knowledge().rejected());
    assertEquals(RoundSettings.DEFAULTS, settings.round());
  }

  @Test
  void everyKeyIsRead() {
    LearningSettings settings =
        from(
            Map.ofEntries(
                Map.entry("seamark.data", "d"),
                Map.entry("seamark.replica.buffers", "a/buffer, b/buffer"),
                Map.entry("seamark.edge.model", "m.safetensors"),
                Map.entry("seamark.retain", "day:*"),
                Map.entry("seamark.retain.labels", "labels"),
                Map.entry("seamark.retain.frames", "5"),
                Map.entry("seamark.training.trigger.samples", "6"),
                Map.entry("seamark.training.min-interval", "60000"),
                Map.entry("seamark.models.rejected", "61"),
                Map.entry("seamark.training.size", "640x352"),
                Map.entry("seamark.training.max-bytes", "6200000000"),
                Map.entry("seamark.training.steps", "7"),
                Map.entry("seamark.training.batch", "8"),
                Map.entry("seamark.training.learning-rate", "0.009"),
                Map.entry("seamark.training.holdout", "10"),
                Map.entry("seamark.training.judge-frames", "11"),
                Map.entry("seamark.training.judge-retained", "12"),
                Map.entry("seamark.training.edge-outlier", "0.13"),
                Map.entry("seamark.training.class-weights", "true"),
                Map.entry("seamark.training.rare-classes", "0.14"),
                Map.entry("seamark.training.averaging", "0.15"),
                Map.entry("seamark.training.candidates", "last,halfway"),
                Map.entry("seamark.training.relabel-after", "0.16"),
                Map.entry("seamark.training.relabel-frames", "17"),
                Map.entry("seamark.training.relabel-sure", "0.18"),
                Map.entry("seamark.training.scale", "1.9"),
                Map.entry("seamark.training.crop", "96x64"),
                Map.entry("seamark.training.checkpoint", "51"),
                Map.entry("seamark.training.threads", "13"),
                Map.entry("seamark.training.appealnet.frames", "15"),
                Map.entry("seamark.training.appealnet.steps", "16"),
                Map.entry("seamark.training.appealnet.batch", "17"),
                Map.entry("seamark.training.appealnet.learning-rate", "0.018"),
                Map.entry("seamark.training.appealnet.cost", "0.19"),
                Map.entry("seamark.training.relabel-masks", "false"),
                Map.entry("seamark.buffer.max-bytes", "70000"),
                Map.entry("seamark.buffer.max-samples", "41"),
                Map.entry("seamark.buffer.max-edges", "4"),
                Map.entry("seamark.threads", "14"),
                Map.entry("seamark.seed", "-15")));
    assertEquals(
        new LearningSettings(
            Path.of("d/buffer"),
            List.of(Path.of("a/buffer"), Path.of("b/buffer")),
            Path.of("d/models"),
            Path.of("m.safetensors"),
            new KnowledgeSettings(
                "a/buffer, b/buffer", "day:*", Path.of("labels"), 5, 6, 60_000, 61),
            new RoundSettings(
                new TrainingSettings(
                    7,
                    8,
                    0.009,
                    10,
                    11,
                    12,
                    0.13,
                    true,
                    0.14,
                    0.15,
                    "last,halfway",
                    0.16,
                    17,
                    0.18,
                    false,
                    1.9,
                    "96x64",
                    51,
                    13,
                    "640x352",
                    6_200_000_000L),
                new AppealNetSettings(15, 16, 17, 0.018, 0.19),
                -15,
                13),
            BufferOptions.defaults().withMaxBytes(70000).withMaxSamples(41, 21, 4)),
        settings);
  }

  @Test
  void reportsAllFailuresAtOnce() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                from(
                    Map.of(
                        "seamark.training.steps", "0",
                        "seamark.training.batch", "many",
                        "seamark.training.holdout", "1",
                        "seamark.training.max-bytes", "1000",
                        "seamark.training.min-interval", "-1")));
    assertEquals(
        """
        seamark.data is not set, but must name the folder of buffer and models
        seamark.training.min-interval is '-1', but must be a whole number of seconds from 0 to 86400
        seamark.training.steps is '0', but must be a whole number of steps from 1 to 100000
        seamark.training.batch is 'many', but must be a whole number of frames from 1 to 64
        seamark.training.holdout is '1', but must be a whole number of at least 2
        seamark.training.max-bytes is '1000', but must be a whole number of bytes of at least 536870912""",
        e.getMessage());
  }

  @Test
  void aBufferIsNotBroughtIntoItselfNorTwice() {
    assertRefused("a,d/../a", "seamark.replica.buffers names d/../a twice");
    assertRefused(
        "a,d/buffer",
        "seamark.replica.buffers names d/buffer, but that is where their samples are brought");
  }

  @Test
  void theTriggerAndTheNumberOfRejectedVersionsHaveARange() {
    for (Map.Entry<String, String> wrong :
        Map.of(
                "seamark.training.trigger.samples", "a whole number of samples of at least 1",
                "seamark.models.rejected", "a whole number of versions of at least 0")
            .entrySet()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> from(Map.of("seamark.data", "d", wrong.getKey(), "-1")));
      assertEquals(wrong.getKey() + " is '-1', but must be " + wrong.getValue(), e.getMessage());
    }
  }

  private static void assertRefused(String buffers, String message) {
    Map<String, String> values = Map.of("seamark.data", "d", "seamark.replica.buffers", buffers);
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, () -> from(values)).getMessage());
  }
}
