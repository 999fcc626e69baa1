package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        new ServiceSettings(Path.of("out"), "sam", -7, 3, 0, 7, 300, "helmet"),
        ServiceSettings.of(
            config(
                Map.of(
                    "seamark.data", "out",
                    "seamark.sam", "sam",
                    "seamark.seed", "-7",
                    "seamark.threads", "3",
                    "seamark.queue", "0",
                    "seamark.body.seconds", "7",
                    "seamark.native.megabytes", "300",
                    "JOB_NAME", "helmet"))));
  }

  @Test
  void of_reportsAllFailuresAtOnce() {
    Config wrong =
        config(
            Map.of(
                "seamark.seed", "x",
                "seamark.threads", "0",
                "seamark.queue", "65",
                "seamark.native.megabytes", "-1"));

    assertEquals(
        List.of(
            "seamark.data is not set, but must name the folder that holds the replay buffer",
            "seamark.seed is 'x', but must be a whole number",
            "seamark.threads is '0', but must be a whole number from 1 to 1024",
            "seamark.queue is '65', but must be a whole number from 0 to 64",
            "seamark.native.megabytes is '-1', but must be a whole number from 0 to 1048576"),
        String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> ServiceSettings.of(wrong))
                    .getMessage())
            .lines()
            .toList());
  }

  private static Config config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(values, "test", 100))
        .build();
  }
}
