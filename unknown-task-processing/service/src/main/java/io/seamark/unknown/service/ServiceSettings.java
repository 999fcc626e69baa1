package io.seamark.unknown.service;

import io.seamark.buffer.BufferOptions;
import io.seamark.configuration.SettingKeys;
import io.seamark.setting.BufferSettings;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.ProcessingSettings;
import io.seamark.setting.SednaSettings;
import io.seamark.setting.SettingGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/**
 * What can be configured, besides the plugins.
 *
 * @param common what every program reads; the folder of the data is set
 * @param processing what is this service's own
 * @param buffer how much the replay buffer keeps
 * @param sedna what Sedna tells
 */
record ServiceSettings(
    CommonSettings common,
    ProcessingSettings processing,
    BufferSettings buffer,
    SednaSettings sedna) {
  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException if any are wrong, one line for each
   */
  static ServiceSettings of(Config config) {
    Function<String, Optional<String>> lookup = SettingKeys.lookup(config);
    List<String> failures = new ArrayList<>();
    if (lookup.apply(CommonSettings.DATA).orElse("").isBlank()) {
      failures.add(
          CommonSettings.DATA
              + " is not set, but must name the folder that holds the replay buffer");
    }
    CommonSettings common = SettingGroup.COMMON.read(lookup, failures);
    ProcessingSettings processing = SettingGroup.PROCESSING.read(lookup, failures);
    BufferSettings buffer = SettingGroup.BUFFER.read(lookup, failures);
    SednaSettings sedna = SettingGroup.SEDNA.read(lookup, failures);
    if (common == null
        || processing == null
        || buffer == null
        || sedna == null
        || !failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return new ServiceSettings(common, processing, buffer, sedna);
  }

  /** Where the replay buffer is. */
  Path bufferFolder() {
    return common.data().resolve("buffer");
  }

  /** How much it keeps. */
  BufferOptions bounds() {
    return BufferOptions.of(buffer);
  }

  /** What {@code seamark.sam} stands for. */
  Map<String, String> pluginFallbacks() {
    return Map.of("mask_generator.segment_anything.folder", common.sam().toString());
  }
}
