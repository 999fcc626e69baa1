package io.seamark.cli;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a verb: what the command line says, then system properties, the environment,
 * a properties file and the verb's defaults, the first that has a key winning.
 */
public final class Settings {
  private static final int COMMAND_LINE = 500;
  private static final int FILE = 200;
  private static final int DEFAULTS = 50;
  private static final long FILE_LIMIT = 1 << 20;

  /** Keys that are not a plugin's, besides {@code seamark.KIND}, which chooses one. */
  private static final List<String> KEYS =
      List.of(
          "seamark.data",
          "seamark.sam",
          "seamark.seed",
          "seamark.threads",
          "seamark.retain",
          "seamark.retain.labels",
          "seamark.edge.model",
          "seamark.edge.name",
          "seamark.edge.jpeg-quality",
          "seamark.edge.outbox.max-bytes",
          "seamark.edge.model.max-bytes",
          "seamark.edge.sync.interval",
          "seamark.edge.window");

  private Settings() {}

  /**
   * Puts the sources together.
   *
   * @param commandLine what options say
   * @param file a properties file, or null
   * @param defaults what holds where nothing else is said
   * @return the configuration
   * @throws IllegalArgumentException if the file cannot be read
   */
  public static SmallRyeConfig build(
      Map<String, String> commandLine, @Nullable Path file, Map<String, String> defaults) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addSystemSources()
            .addDefaultInterceptors()
            .withSources(
                new PropertiesConfigSource(commandLine, "command line", COMMAND_LINE),
                new PropertiesConfigSource(defaults, "defaults", DEFAULTS));
    if (file != null) {
      builder.withSources(new PropertiesConfigSource(read(file), file.toString(), FILE));
    }
    return builder.build();
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try {
      if (Files.size(file) > FILE_LIMIT) {
        throw new IllegalArgumentException(
            "configuration file " + file + " has more than " + FILE_LIMIT + " bytes");
      }
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "configuration file " + file + " cannot be read: " + Seamark.message(e), e);
    }
    Map<String, String> map = new HashMap<>();
    properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
    checkKeys("configuration file " + file, map);
    return map;
  }

  /**
   * Checks that keys are known, as far as that can be said without the plugins: their own keys are
   * checked when they are made.
   *
   * @param where for the message
   * @param settings by key
   * @throws IllegalArgumentException if one is neither a setting of Seamark nor of a plugin kind
   */
  static void checkKeys(String where, Map<String, String> settings) {
    List<String> kinds = PluginKind.ALL.stream().map(PluginKind::id).toList();
    List<String> failures = new ArrayList<>();
    for (String key : new TreeSet<>(settings.keySet())) {
      boolean plugin = kinds.stream().anyMatch(kind -> key.startsWith(kind + "."));
      boolean chosen =
          PluginKind.ALL.stream()
              .anyMatch(kind -> key.equals(ConfiguredPlugins.selectionKey(kind)));
      boolean own = KEYS.contains(key) || key.startsWith("seamark.training.");
      if (!plugin && !chosen && !own) {
        failures.add(
            where
                + " sets '"
                + key
                + "', but a key is KIND.NAME.PARAMETER with one of the kinds "
                + String.join(", ", kinds)
                + "; or seamark.KIND, seamark.training.NAME, or one of "
                + String.join(", ", KEYS));
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }

  /**
   * A whole number.
   *
   * @param config where it may stand
   * @param key its key
   * @param fallback if it stands nowhere
   * @param min smallest, inclusive
   * @param max largest, inclusive
   * @return the number
   * @throws IllegalArgumentException if it is none, or out of range
   */
  public static long number(Config config, String key, long fallback, long min, long max) {
    String text = config.getOptionalValue(key, String.class).orElse("").strip();
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, with the range.
    }
    throw new IllegalArgumentException(
        key + " is '" + text + "', but must be a whole number from " + min + " to " + max);
  }

  /**
   * A number.
   *
   * @param config where it may stand
   * @param key its key
   * @param fallback if it stands nowhere
   * @param min smallest, inclusive
   * @param max largest, inclusive
   * @return the number
   * @throws IllegalArgumentException if it is none, or out of range
   */
  public static double real(Config config, String key, double fallback, double min, double max) {
    String text = config.getOptionalValue(key, String.class).orElse("").strip();
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, with the range.
    }
    throw new IllegalArgumentException(
        key + " is '" + text + "', but must be a number from " + min + " to " + max);
  }
}
