package io.seamark.registry;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * The keys that somebody wrote. MicroProfile Config also lists, for every environment variable, a
 * key that it may stand for; those are guesses and must not be held against anybody.
 */
public final class WrittenKeys {
  private WrittenKeys() {}

  /**
   * The keys of every source.
   *
   * @param config any
   * @return sorted; environment variables by their own names
   */
  public static Set<String> of(Config config) {
    Set<String> written = new TreeSet<>();
    for (ConfigSource source : config.getConfigSources()) {
      Set<String> names = source.getPropertyNames();
      for (String name : names) {
        if (name.equals(variable(name)) || !names.contains(variable(name))) {
          written.add(name);
        }
      }
    }
    return written;
  }

  /**
   * The environment variable of a key, by MicroProfile Config's rule.
   *
   * @param key such as {@code seamark.edge.jpeg-quality}
   * @return such as {@code SEAMARK_EDGE_JPEG_QUALITY}
   */
  public static String variable(String key) {
    return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }
}
