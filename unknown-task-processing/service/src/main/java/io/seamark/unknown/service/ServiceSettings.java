package io.seamark.unknown.service;

import io.seamark.buffer.BufferOptions;
import io.seamark.host.NamedPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/**
 * What can be configured, besides the plugins.
 *
 * @param data {@code seamark.data}: folder that holds {@code buffer/}; no default
 * @param sam {@code seamark.sam}: folder of SAM's two graphs; the embedded segmenter if empty
 * @param seed {@code seamark.seed}: what random choices derive from; 1
 * @param threads {@code seamark.threads}: for inference; as many as there are processors
 * @param queue {@code seamark.queue}: frames that may wait for the one that is answered, 0 to 64; 4
 * @param bodySeconds {@code seamark.body.seconds}: how long a request's body may take to arrive, 1
 *     to 600; 30
 * @param nativeMegabytes {@code seamark.native.megabytes}: what a frame may take outside of the
 *     heap; 0 for a quarter of the machine's memory; 0
 * @param job {@code JOB_NAME}, as Sedna sets it: first part of the path of Sedna's contract; {@code
 *     sedna}
 * @param bounds {@code seamark.buffer.*}: how much the replay buffer keeps
 */
record ServiceSettings(
    Path data,
    String sam,
    long seed,
    int threads,
    int queue,
    int bodySeconds,
    long nativeMegabytes,
    String job,
    BufferOptions bounds) {
  /** How long a body may take where nothing is configured. */
  static final int BODY_SECONDS = 30;

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException if any are wrong, one line for each
   */
  static ServiceSettings of(Config config) {
    List<String> failures = new ArrayList<>();
    String data = config.getOptionalValue("seamark.data", String.class).orElse("");
    if (data.isEmpty()) {
      failures.add(
          "seamark.data is not set, but must name the folder that holds the replay buffer");
    }
    ServiceSettings settings =
        new ServiceSettings(
            path(data, failures),
            config.getOptionalValue("seamark.sam", String.class).orElse(""),
            number(config, "seamark.seed", 1, Long.MIN_VALUE, Long.MAX_VALUE, failures),
            (int)
                number(
                    config,
                    "seamark.threads",
                    Runtime.getRuntime().availableProcessors(),
                    1,
                    1024,
                    failures),
            (int) number(config, "seamark.queue", 4, 0, 64, failures),
            (int) number(config, "seamark.body.seconds", BODY_SECONDS, 1, 600, failures),
            number(config, "seamark.native.megabytes", 0, 0, 1 << 20, failures),
            config.getOptionalValue("JOB_NAME", String.class).map(String::strip).orElse("sedna"),
            BufferOptions.from(key -> config.getOptionalValue(key, String.class), failures));
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return settings;
  }

  private static Path path(String data, List<String> failures) {
    try {
      return NamedPath.of(data);
    } catch (IllegalArgumentException e) {
      failures.add("seamark.data: " + e.getMessage());
      return Path.of("");
    }
  }

  /** Where the replay buffer is. */
  Path buffer() {
    return data.resolve("buffer");
  }

  /** What {@code seamark.sam} stands for. */
  Map<String, String> pluginFallbacks() {
    return Map.of("mask_generator.segment_anything.folder", sam);
  }

  private static long number(
      Config config, String key, long otherwise, long min, long max, List<String> failures) {
    String text =
        config.getOptionalValue(key, String.class).map(String::strip).orElse("" + otherwise);
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below with the rule.
    }
    failures.add(
        key
            + " is '"
            + text
            + "', but must be a whole number"
            + (min == Long.MIN_VALUE ? "" : " from " + min + " to " + max));
    return otherwise;
  }
}
