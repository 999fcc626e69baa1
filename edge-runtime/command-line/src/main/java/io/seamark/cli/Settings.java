package io.seamark.cli;

import io.seamark.configuration.ConfigurationSources;
import io.seamark.configuration.SettingKeys;
import io.seamark.host.PlainFile;
import io.seamark.text.TextFile;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SysPropConfigSource;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a verb, from every source in the order that the package {@code
 * io.seamark.configuration} gives.
 */
public final class Settings {
  private static final int COMMAND_LINE = 500;
  private static final int ENVIRONMENT = 300;
  private static final int FILE = 200;
  private static final int DEFAULTS = 50;
  private static final int FILE_LIMIT = 1 << 20;

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
    return build(commandLine, file, defaults, System.getenv());
  }

  /** The same with an environment of the caller's. */
  static SmallRyeConfig build(
      Map<String, String> commandLine,
      @Nullable Path file,
      Map<String, String> defaults,
      Map<String, String> environment) {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withSources(
                new SysPropConfigSource(),
                new EnvConfigSource(environment, ENVIRONMENT),
                new PropertiesConfigSource(commandLine, "command line", COMMAND_LINE),
                new PropertiesConfigSource(defaults, "defaults", DEFAULTS));
    if (file != null) {
      builder.withSources(new PropertiesConfigSource(read(file), file.toString(), FILE));
    }
    ConfigSource[] sources =
        ConfigurationSources.of(builder.build(), environment).toArray(ConfigSource[]::new);
    return builder.withSources(sources).build();
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(TextFile.read(PlainFile.require(file), FILE_LIMIT)));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "configuration file " + file + " cannot be read: " + Seamark.message(e), e);
    }
    Map<String, String> map = new HashMap<>();
    properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
    checkKeys("configuration file " + file, map);
    return map;
  }

  /** Checks keys that were written for Seamark; see {@link SettingKeys#failures}. */
  private static void checkKeys(String where, Map<String, String> settings) {
    List<String> failures = SettingKeys.failures(where, settings.keySet());
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }
}
