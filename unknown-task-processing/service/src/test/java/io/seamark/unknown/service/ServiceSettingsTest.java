package io.seamark.unknown.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.buffer.BufferOptions;
import io.seamark.setting.BufferSettings;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.ProcessingSettings;
import io.seamark.setting.SednaSettings;
import io.seamark.setting.SettingGroup;
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

    assertEquals(Path.of("out", "buffer"), settings.bufferFolder());
    assertEquals(Map.of("mask_generator.segment_anything.folder", ""), settings.pluginFallbacks());
    assertEquals(
        new ServiceSettings(
            SettingGroup.COMMON.with(SettingGroup.COMMON.defaults(), Map.of("seamark.data", "out")),
            SettingGroup.PROCESSING.defaults(),
            SettingGroup.BUFFER.defaults(),
            SettingGroup.SEDNA.defaults()),
        settings);
    assertEquals(BufferOptions.defaults(), settings.bounds());
  }

  @Test
  void of_readsEverySetting() {
    assertEquals(
        new ServiceSettings(
            new CommonSettings(-7, 3, Path.of(""), Path.of(""), Path.of("sam"), Path.of("out")),
            new ProcessingSettings(0, 7, 300),
            new BufferSettings(1 << 20, 40, 10, 3, "P30D", "rain=P7D", ""),
            new SednaSettings("helmet")),
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
                    Map.entry("seamark.buffer.max-age", "P30D"),
                    Map.entry("seamark.buffer.max-age-by-domain", "rain=P7D"),
                    Map.entry("JOB_NAME", "helmet")))));
  }

  @Test
  void of_reportsAllFailuresAtOnce() {
    Config wrong =
        config(
            Map.of(
                "seamark.seed", "x",
                "seamark.threads", "-1",
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
            "seamark.threads is '-1', but must be a whole number from 0 to 256",
            "seamark.queue is '65', but must be a whole number of frames from 0 to 64",
            "seamark.native.megabytes is '-1', but must be a whole number of MB from 0 to 1048576",
            "seamark.buffer.max-bytes is '8 GiB', but must be a whole number of bytes of at least"
                + " 65536",
            "seamark.buffer.max-samples is '0', but must be a whole number of samples from 1 to"
                + " 10000000",
            "seamark.buffer.max-edges is '-1', but must be a whole number of edges from 1 to"
                + " 100000"),
        String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> ServiceSettings.of(wrong))
                    .getMessage())
            .lines()
            .toList());
  }

  @Test
  void of_boundsAnEdgesShareByTheWhole() {
    Config wrong =
        config(Map.of("seamark.data", "d", "seamark.buffer.max-samples-per-edge", "50001"));

    assertEquals(
        "seamark.buffer.max-samples-per-edge is '50001', but must be a whole number of samples from"
            + " 0 to 50000",
        assertThrows(IllegalArgumentException.class, () -> ServiceSettings.of(wrong)).getMessage());
  }

  private static Config config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(values, "test", 100))
        .build();
  }
}
