package io.seamark.street;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the recipe is asked for: parts by name, and options as {@code name=value}. */
final class RecipeOptions {
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("out", "src/main/resources/io/seamark/street"),
          Map.entry("seed", "1"),
          Map.entry("threads", "2"),
          Map.entry("edge-steps", "3600"),
          Map.entry("depth", "true"),
          Map.entry("segmenter-steps", "3600"),
          Map.entry("segmenter-rate", "3e-3"),
          Map.entry("segmenter-start", ""),
          Map.entry("drawn-city", Long.toString(Streets.TRAINING_CITY)),
          Map.entry("judged-city", Long.toString(Streets.EVALUATION_CITY)),
          Map.entry("frames", "20"),
          Map.entry("grid", "16"));

  private final List<String> parts = new ArrayList<>();
  private final Map<String, String> values = new LinkedHashMap<>(DEFAULTS);

  RecipeOptions(String... args) {
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (equals < 0) {
        parts.add(arg);
        continue;
      }
      String name = arg.substring(0, equals);
      if (!values.containsKey(name)) {
        throw new IllegalArgumentException(
            "'" + name + "' is no option of the recipe; those are " + List.copyOf(values.keySet()));
      }
      values.put(name, arg.substring(equals + 1));
    }
  }

  List<String> parts() {
    return parts;
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  Path file(String name) {
    return Path.of(text("out")).resolve(name);
  }

  int whole(String name) {
    try {
      return Integer.parseInt(text(name));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is '" + text(name) + "', but must be whole", e);
    }
  }

  double number(String name) {
    try {
      return Double.parseDouble(text(name));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " is '" + text(name) + "', but must be a number", e);
    }
  }
}
