package io.seamark.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.plugin.PluginApi;
import io.seamark.plugin.PluginProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is loaded, with which values, from where: the one shape that {@code GET /plugins} of every
 * service and {@code seamark plugins list --json} answer with.
 *
 * @param api version of the plugin API
 * @param plugins in the order of the loop, then by name
 * @param unloaded what was found, but left out
 */
public record PluginCatalogue(String api, List<Entry> plugins, List<UnloadedPlugin> unloaded) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the lists. */
  public PluginCatalogue {
    plugins = List.copyOf(plugins);
    unloaded = List.copyOf(unloaded);
  }

  /**
   * A plugin.
   *
   * @param kind its kind
   * @param name its name
   * @param version its jar's, or Seamark's
   * @param origin the path of its jar or folder of jars, or {@code built-in}
   * @param chosen whether configuration or the default chooses it for its kind
   * @param text what it does
   * @param hyperparameters the values it is made with, by name
   */
  public record Entry(
      String kind,
      String name,
      String version,
      String origin,
      boolean chosen,
      String text,
      Map<String, String> hyperparameters) {
    private Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("kind", kind);
      map.put("name", name);
      map.put("version", version);
      map.put("origin", origin);
      map.put("chosen", chosen);
      map.put("text", text);
      map.put("hyperparameters", hyperparameters);
      return map;
    }
  }

  /**
   * Lists what was found.
   *
   * @param registry the plugins
   * @param plugins what configuration says of them
   * @return a copy
   */
  public static PluginCatalogue of(PluginRegistry registry, ConfiguredPlugins plugins) {
    List<Entry> entries = new ArrayList<>();
    for (PluginProvider<?, ?> provider : registry.providers()) {
      entries.add(
          new Entry(
              provider.kind().id(),
              provider.name(),
              registry.version(provider),
              registry.origin(provider),
              plugins.name(provider.kind()).equals(provider.name()),
              provider.text(),
              plugins.hyperparameters(provider)));
    }
    return new PluginCatalogue(PluginApi.version(), entries, registry.unloaded());
  }

  /**
   * The catalogue as an object of JSON's types.
   *
   * @return keys {@code api}, {@code plugins}, {@code unloaded}, in this order
   */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("api", api);
    map.put("plugins", plugins.stream().map(Entry::toMap).toList());
    map.put(
        "unloaded",
        unloaded.stream()
            .map(plugin -> Map.of("origin", plugin.origin(), "reason", plugin.reason()))
            .toList());
    return map;
  }

  /**
   * The catalogue as JSON.
   *
   * @return one object on one line
   */
  public String json() {
    try {
      return JSON.writeValueAsString(toMap());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the catalogue cannot be written as JSON", e);
    }
  }
}
