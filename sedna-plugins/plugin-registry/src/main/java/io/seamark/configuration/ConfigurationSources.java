package io.seamark.configuration;

import io.seamark.host.NamedPath;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Sedna's environment and Ianvs's algorithm file as sources of MicroProfile Config. */
public final class ConfigurationSources {
  /** The key that names Ianvs's {@code algorithm.yaml}. */
  public static final String ALGORITHM = "seamark.ianvs.algorithm";

  private ConfigurationSources() {}

  /**
   * Makes the sources that are there.
   *
   * @param config the other sources, which may name an algorithm file
   * @param environment of the process
   * @return none, one or both
   * @throws IllegalArgumentException if one is wrong: all failures, one line each
   */
  public static List<ConfigSource> of(Config config, Map<String, String> environment) {
    List<ConfigSource> sources = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try {
      SednaEnvironment sedna = new SednaEnvironment(environment);
      if (!sedna.getProperties().isEmpty()) {
        sources.add(sedna);
      }
    } catch (IllegalArgumentException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
    String algorithm = config.getOptionalValue(ALGORITHM, String.class).orElse("").strip();
    if (!algorithm.isEmpty()) {
      try {
        sources.add(new AlgorithmSource(NamedPath.of(algorithm)));
      } catch (InvalidPathException e) {
        failures.add(ALGORITHM + " is '" + algorithm + "', but must be a path");
      } catch (IllegalArgumentException e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return sources;
  }

  /**
   * Adds the sources to those of a server.
   *
   * @param server its configuration, which is left as it is
   * @param environment of the process
   * @return the server's default and discovered sources with those of {@link #of}; every key is
   *     checked
   * @throws IllegalArgumentException if a source or a key is wrong: all failures, one line each
   */
  public static Config extend(Config server, Map<String, String> environment) {
    List<ConfigSource> sources = of(server, environment);
    Config config =
        ConfigProviderResolver.instance()
            .getBuilder()
            .addDefaultSources()
            .addDiscoveredSources()
            .withSources(sources.toArray(ConfigSource[]::new))
            .build();
    List<String> failures = SettingKeys.failures(config);
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return config;
  }
}
