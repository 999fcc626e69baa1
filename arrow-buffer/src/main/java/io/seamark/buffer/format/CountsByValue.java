package io.seamark.buffer.format;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the records of a log share out over the values of a column.
 *
 * @param values by value, in the order in which they came
 * @param others records of further values: a segment counts only so many by value
 */
public record CountsByValue(Map<String, Count> values, Count others) {
  /** Copies the map, in its order. */
  public CountsByValue {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }
}
