package io.seamark.ianvs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.seamark.registry.NearestName;
import io.seamark.text.TextFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A mapping of a YAML file. What is wrong with it is added to a list of failures that all sections
 * of a job share, so that everything is reported at once.
 */
public final class YamlSection {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 32;
  private static final int MAX_VALUES = 100_000;

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
    JsonNode empty = JsonNodeFactory.instance.objectNode();
    YamlSection whole = new YamlSection(file, "", parse(file, failures, empty), failures);
    if (root.isEmpty() || whole.node.isEmpty()) {
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
      } else {
        LoaderOptions bounds = new LoaderOptions();
        bounds.setNestingDepthLimit(MAX_DEPTH);
        bounds.setCodePointLimit(MAX_BYTES);
        // Nodes rather than values: a number keeps the digits that the file has.
        Node read =
            new Yaml(new SafeConstructor(bounds))
                .compose(new StringReader(TextFile.read(file, MAX_BYTES)));
        if (read instanceof MappingNode mapping) {
          return new Copy().of(mapping, 0);
        }
        failures.add(file + " must hold a YAML mapping");
      }
    } catch (YAMLException e) {
      failures.add(
          file
              + " is not YAML: "
              + String.valueOf(e.getMessage()).strip().replaceAll("\\s*[\\r\\n]+\\s*", " "));
    } catch (IOException e) {
      failures.add(file + " cannot be read: " + e.getMessage());
    }
    return empty;
  }

  /** Copies nodes as far as the bounds allow, which aliases could break. */
  private static final class Copy {
    private int values;

    JsonNode of(Node node, int depth) {
      if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
        throw new YAMLException("more than " + MAX_DEPTH + " levels or " + MAX_VALUES + " values");
      }
      if (node instanceof MappingNode mapping) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        for (NodeTuple entry : mapping.getValue()) {
          if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            throw new YAMLException("a key is no single value" + at(entry.getKeyNode()));
          }
          if (copy.has(key.getValue())) {
            throw new YAMLException("key " + key.getValue() + " stands twice" + at(key));
          }
          copy.set(key.getValue(), of(entry.getValueNode(), depth + 1));
        }
        return copy;
      }
      if (node instanceof SequenceNode sequence) {
        ArrayNode copy = JsonNodeFactory.instance.arrayNode();
        sequence.getValue().forEach(value -> copy.add(of(value, depth + 1)));
        return copy;
      }
      if (node instanceof ScalarNode scalar) {
        return scalar.getTag().equals(Tag.NULL)
            ? NullNode.instance
            : TextNode.valueOf(scalar.getValue());
      }
      throw new YAMLException("a value of no known kind" + at(node));
    }

    private static String at(Node node) {
      return " in line " + (node.getStartMark().getLine() + 1);
    }
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
