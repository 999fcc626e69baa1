package io.seamark.tck;

import io.seamark.plugin.PluginProvider;
import java.util.Map;

/**
 * A plugin that the plugin under test is composed of.
 *
 * @param provider makes it
 * @param hyperparameters value by name; the others have their defaults
 */
public record Companion(PluginProvider<?, ?> provider, Map<String, String> hyperparameters) {
  /** Copies the map. */
  public Companion {
    hyperparameters = Map.copyOf(hyperparameters);
  }
}
