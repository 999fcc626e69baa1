package io.seamark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures as one JSON object on one line. What is not a number is {@code null}. */
public final class JsonLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonLine() {}

  /**
   * Writes figures.
   *
   * @param figures numbers, texts, truth values, lists and maps of them
   * @return one line, in the order of the map
   */
  public static String of(Map<String, ?> figures) {
    try {
      return JSON.writeValueAsString(plain(figures));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("figures cannot be written as JSON", e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Double d) {
      return Double.isFinite(d) ? Math.round(d * 1e6) / 1e6 : null;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(String.valueOf(k), plain(v)));
      return copy;
    }
    if (value instanceof Iterable<?> items) {
      List<@Nullable Object> copy = new ArrayList<>();
      items.forEach(v -> copy.add(plain(v)));
      return copy;
    }
    return value;
  }
}
