package io.seamark.bench.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.seamark.registry.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of a YAML file. What is wrong with it is added to a list of failures that all sections
 * of a job share, so that everything is reported at once.
 */
public final class YamlSection {
  private static final long MAX_BYTES = 1 << 20;
  // Decimals keep the digits that the file has.
  private static final ObjectMapper YAML =
      JsonMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final Path file;
  private final String where;
  private final JsonNode node;
  private final List<String> failures;

  private YamlSection(Path file, String where, JsonNode node, List<String> failures) {
    this.file = file;
    this.where = where;
    this.node = node;
    this.failures = failures;
  }

  /**
   * Reads a file that holds one mapping under one key, as Ianvs's do.
   *
   * @param file at most 1 MiB
   * @param root the key, or empty for the file's own mapping
   * @param failures what is wrong is added here
   * @return the mapping, empty if the file could not be read
   */
  public static YamlSection read(Path file, String root, List<String> failures) {
    JsonNode empty = YAML.createObjectNode();
    YamlSection whole = new YamlSection(file, "", parse(file, failures, empty), failures);
    if (root.isEmpty() || whole.node == empty) {
      return whole;
    }
    whole.keys(root);
    YamlSection section = whole.section(root);
    if (section == null && !whole.node.has(root)) {
      failures.add(file + ": " + root + " is missing");
    }
    return section == null ? new YamlSection(file, root, empty, failures) : section;
  }

  private static JsonNode parse(Path file, List<String> failures, JsonNode empty) {
    try {
      if (!Files.isRegularFile(file)) {
        failures.add(file + " does not exist or is not a file");
      } else if (Files.size(file) > MAX_BYTES) {
        failures.add(file + " has more than " + MAX_BYTES + " bytes");
      } else {
        JsonNode read = YAML.readTree(Files.readAllBytes(file));
        if (read != null && read.isObject()) {
          return read;
        }
        failures.add(file + " must hold a YAML mapping");
      }
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      failures.add(
          file
              + (at == null ? "" : ":" + at.getLineNr())
              + " is not YAML: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      failures.add(file + " cannot be read: " + e);
    }
    return empty;
  }

  /**
   * The file this stands in.
   *
   * @return its path
   */
  public Path file() {
    return file;
  }

  /**
   * Whether a key is there.
   *
   * @param key any
   * @return true if it has a value other than null
   */
  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  /**
   * Complains of every key that is none of these.
   *
   * @param allowed the right ones
   */
  public void keys(String... allowed) {
    List<String> right = List.of(allowed);
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!right.contains(key)) {
                failures.add(
                    file
                        + ": "
                        + at(key)
                        + " is not a key of this format: "
                        + NearestName.mustBe(key, right));
              }
            });
  }

  /**
   * Complains of a value.
   *
   * @param key where it stands
   * @param rule what it must be
   */
  public void fail(String key, String rule) {
    JsonNode value = node.get(key);
    failures.add(
        file
            + ": "
            + at(key)
            + (value == null || value.isNull()
                ? " is missing, but "
                : " is '" + shown(value) + "', but ")
            + rule);
  }

  private String at(String key) {
    return where.isEmpty() ? key : where + "." + key;
  }

  private static String shown(JsonNode value) {
    String text = value.isValueNode() ? value.asText() : value.toString();
    return text.length() > 120 ? text.substring(0, 120) + "..." : text;
  }

  /**
   * A scalar's text.
   *
   * @param key where it stands
   * @return null if it is not there
   */
  public @Nullable String text(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isValueNode()) {
      fail(key, "must be a single value");
      return null;
    }
    return value.asText().strip();
  }

  /**
   * A scalar's text that must be there.
   *
   * @param key where it stands
   * @return empty if it is not, which is complained of
   */
  public String required(String key) {
    String text = text(key);
    if (text == null || text.isEmpty()) {
      if (!node.has(key) || node.get(key).isValueNode()) {
        fail(key, "must be given");
      }
      return "";
    }
    return text;
  }

  /**
   * One of some names.
   *
   * @param key where it stands
   * @param fallback if it is not there
   * @param choices the right ones
   * @return one of them; the fallback if it is none, which is complained of
   */
  public String choice(String key, String fallback, List<String> choices) {
    String text = text(key);
    if (text == null) {
      return fallback;
    }
    if (!choices.contains(text)) {
      fail(key, NearestName.mustBe(text, choices));
      return fallback;
    }
    return text;
  }

  /**
   * A number.
   *
   * @param key where it stands
   * @param fallback if it is not there
   * @param min smallest, inclusive
   * @param max largest, inclusive
   * @return the number; the fallback if it is none, which is complained of
   */
  public double number(String key, double fallback, double min, double max) {
    String text = text(key);
    if (text == null) {
      return fallback;
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Complained of below, with the range.
    }
    fail(key, "must be a number from " + min + " to " + max);
    return fallback;
  }

  /**
   * A whole number.
   *
   * @param key where it stands
   * @param fallback if it is not there
   * @param min smallest, inclusive
   * @param max largest, inclusive
   * @return the number; the fallback if it is none, which is complained of
   */
  public int integer(String key, int fallback, int min, int max) {
    String text = text(key);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Complained of below, with the range.
    }
    fail(key, "must be a whole number from " + min + " to " + max);
    return fallback;
  }

  /**
   * A mapping.
   *
   * @param key where it stands
   * @return null if it is not there, or no mapping, which is complained of
   */
  public @Nullable YamlSection section(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isObject()) {
      fail(key, "must be a mapping");
      return null;
    }
    return new YamlSection(file, at(key), value, failures);
  }

  /**
   * A list of mappings.
   *
   * @param key where it stands
   * @return empty if it is not there; what is no mapping is complained of
   */
  public List<YamlSection> sections(String key) {
    JsonNode value = node.get(key);
    List<YamlSection> sections = new ArrayList<>();
    if (value == null || value.isNull()) {
      return sections;
    }
    if (!value.isArray()) {
      fail(key, "must be a list of mappings");
      return sections;
    }
    for (int i = 0; i < value.size(); i++) {
      if (value.get(i).isObject()) {
        sections.add(new YamlSection(file, at(key) + "[" + i + "]", value.get(i), failures));
      } else {
        fail(key, "must be a list of mappings");
      }
    }
    return sections;
  }

  /**
   * A list of scalars, or of lists of scalars.
   *
   * @param key where it stands
   * @return the values: text, or a list of text; null if the key is not there
   */
  public @Nullable List<Object> values(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isArray()) {
      fail(key, "must be a list");
      return null;
    }
    List<Object> values = new ArrayList<>();
    for (JsonNode element : value) {
      if (element.isArray()) {
        List<String> inner = new ArrayList<>();
        element.forEach(e -> inner.add(e.asText().strip()));
        values.add(List.copyOf(inner));
      } else if (element.isValueNode() && !element.isNull()) {
        values.add(element.asText().strip());
      } else {
        fail(key, "must be a list of single values");
      }
    }
    return values;
  }

  /**
   * A list of scalars.
   *
   * @param key where it stands
   * @param fallback if it is not there
   * @return their texts
   */
  public List<String> texts(String key, List<String> fallback) {
    List<Object> values = values(key);
    return values == null ? fallback : values.stream().map(Object::toString).toList();
  }

  /**
   * Every scalar of this mapping.
   *
   * @return text by key, in the file's order; what is no scalar is complained of
   */
  public Map<String, String> scalars() {
    Map<String, String> scalars = new LinkedHashMap<>();
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String key = names.next();
      String text = text(key);
      if (text != null) {
        scalars.put(key, text);
      }
    }
    return scalars;
  }

  /**
   * The names of this mapping's keys.
   *
   * @return in the file's order
   */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
