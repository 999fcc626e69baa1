package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.buffer.BufferOptions;
import io.seamark.configuration.SettingKeys;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

class ServiceSettingsTest {
  @Test
  void of_hasDefaultsForAllButTheFolder() {
    ServiceSettings settings = ServiceSettings.of(config(Map.of("seamark.data", "out")));

    assertEquals(Path.of("out", "buffer"), settings.buffer());
    assertEquals(Map.of("mask_generator.segment_anything.folder", ""), settings.pluginFallbacks());
    assertEquals(1, settings.seed());
    assertEquals(Runtime.getRuntime().availableProcessors(), settings.threads());
    assertEquals(4, settings.queue());
    assertEquals(30, settings.bodySeconds());
    assertEquals(0, settings.nativeMegabytes());
    assertEquals("sedna", settings.job());
  }

  @Test
  void of_readsEverySetting() {
    assertEquals(
        new ServiceSettings(
            Path.of("out"),
            "sam",
            -7,
            3,
            0,
            7,
            300,
            "helmet",
            BufferOptions.defaults().withMaxBytes(1 << 20).withMaxSamples(40, 10, 3)),
        ServiceSettings.of(
            config(
                Map.ofEntries(
                    Map.entry("seamark.data", "out"),
                    Map.entry("seamark.sam", "sam"),
                    Map.entry("seamark.seed", "-7"),
                    Map.entry("seamark.threads", "3"),
                    Map.entry("seamark.queue", "0"),
                    Map.entry("seamark.body.seconds", "7"),
                    Map.entry("seamark.native.megabytes", "300"),
                    Map.entry("seamark.buffer.max-bytes", "1048576"),
                    Map.entry("seamark.buffer.max-samples", "40"),
                    Map.entry("seamark.buffer.max-samples-per-edge", "10"),
                    Map.entry("seamark.buffer.max-edges", "3"),
                    Map.entry("JOB_NAME", "helmet")))));
  }

  @Test
  void of_reportsAllFailuresAtOnce() {
    Config wrong =
        config(
            Map.of(
                "seamark.seed", "x",
                "seamark.threads", "0",
                "seamark.queue", "65",
                "seamark.native.megabytes", "-1",
                "seamark.buffer.max-bytes", "8 GiB",
                "seamark.buffer.max-samples", "0",
                "seamark.buffer.max-samples-per-edge", "50001",
                "seamark.buffer.max-edges", "-1"));

    assertEquals(
        List.of(
            "seamark.data is not set, but must name the folder that holds the replay buffer",
            "seamark.seed is 'x', but must be a whole number",
            "seamark.threads is '0', but must be a whole number from 1 to 1024",
            "seamark.queue is '65', but must be a whole number from 0 to 64",
            "seamark.native.megabytes is '-1', but must be a whole number from 0 to 1048576",
            "seamark.buffer.max-bytes is '8 GiB', but must be a whole number from 65536 to"
                + " 9223372036854775807",
            "seamark.buffer.max-samples is '0', but must be a whole number from 1 to 10000000",
            "seamark.buffer.max-samples-per-edge is '50001', but must be a whole number from 1 to"
                + " 50000",
            "seamark.buffer.max-edges is '-1', but must be a whole number from 1 to 100000"),
        String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> ServiceSettings.of(wrong))
                    .getMessage())
            .lines()
            .toList());
  }

  @Test
  void of_readsNoBoundThatTheCommandLineWouldRefuse() {
    List<String> asked = new ArrayList<>();
    BufferOptions bounds =
        BufferOptions.from(
            key -> {
              asked.add(key);
              return Optional.empty();
            },
            new ArrayList<>());

    assertEquals(BufferOptions.defaults(), bounds);
    assertEquals(4, asked.size());
    assertEquals(List.of(), SettingKeys.failures("--set", asked));
  }

  private static Config config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(values, "test", 100))
        .build();
  }
}
