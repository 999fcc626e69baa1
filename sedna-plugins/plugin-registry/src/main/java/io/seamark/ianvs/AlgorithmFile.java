package io.seamark.ianvs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Ianvs's {@code algorithm.yaml}.
 *
 * @param file where it was read
 * @param paradigm its {@code paradigm_type}; empty if it has none
 * @param dataSetting its {@code lifelong_learning_data_setting}, such as {@code train_ratio}
 * @param initialModel its {@code initial_model_url}; empty if it has none
 * @param modules in the order of the file
 */
public record AlgorithmFile(
    Path file,
    String paradigm,
    Map<String, String> dataSetting,
    String initialModel,
    List<Module> modules) {
  private static final long BYTES = 1 << 20;
  private static final int DEPTH = 32;
  private static final int ALIASES = 32;

  /** Copies the collections. */
  public AlgorithmFile {
    dataSetting = Map.copyOf(dataSetting);
    modules = List.copyOf(modules);
  }

  /**
   * A module of the algorithm.
   *
   * @param type such as {@code unseen_sample_recognition}
   * @param name of the algorithm
   * @param url the Python file it is in; empty for a built-in one
   * @param hyperparameters every value that is to be tried, by name, in the order of the file
   */
  public record Module(
      String type, String name, String url, Map<String, List<String>> hyperparameters) {}

  /**
   * Reads a file.
   *
   * @param file at most 1 MiB of YAML
   * @return what it says
   * @throws IllegalArgumentException if it cannot be read or is no algorithm file; the message
   *     names file, key and rule
   */
  public static AlgorithmFile read(Path file) {
    Map<?, ?> root = map(file, "the file", parse(file));
    Object algorithm = root.get("algorithm");
    if (algorithm == null) {
      throw wrong(file, "has no key algorithm");
    }
    Map<?, ?> body = map(file, "algorithm", algorithm);
    List<Module> modules = new ArrayList<>();
    for (Object one : list(file, "algorithm.modules", body.get("modules"))) {
      modules.add(module(file, "algorithm.modules[" + modules.size() + "]", one));
    }
    Map<String, String> setting = new LinkedHashMap<>();
    Object data = body.get("lifelong_learning_data_setting");
    if (data != null) {
      String key = "algorithm.lifelong_learning_data_setting";
      map(file, key, data)
          .forEach(
              (name, value) ->
                  setting.put(String.valueOf(name), scalar(file, key + "." + name, value)));
    }
    return new AlgorithmFile(
        file,
        optional(file, "algorithm.paradigm_type", body.get("paradigm_type")),
        setting,
        optional(file, "algorithm.initial_model_url", body.get("initial_model_url")),
        modules);
  }

  private static @Nullable Object parse(Path file) {
    LoaderOptions bounds = new LoaderOptions();
    bounds.setAllowDuplicateKeys(false);
    bounds.setAllowRecursiveKeys(false);
    bounds.setMaxAliasesForCollections(ALIASES);
    bounds.setNestingDepthLimit(DEPTH);
    bounds.setCodePointLimit((int) BYTES);
    try {
      if (Files.size(file) > BYTES) {
        throw wrong(file, "has more than " + BYTES + " bytes");
      }
      return new Yaml(new SafeConstructor(bounds))
          .load(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException("algorithm file " + file + " cannot be read: " + e, e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(
          "algorithm file "
              + file
              + " is not YAML: "
              + String.valueOf(e.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", " "),
          e);
    }
  }

  private static Module module(Path file, String key, Object one) {
    Map<?, ?> module = map(file, key, one);
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    Object declared = module.get("hyperparameters");
    if (declared != null) {
      for (Object parameter : list(file, key + ".hyperparameters", declared)) {
        map(file, key + ".hyperparameters", parameter)
            .forEach(
                (name, values) -> {
                  String path = key + ".hyperparameters." + name;
                  if (parameters.put(String.valueOf(name), values(file, path, values)) != null) {
                    throw wrong(file, path + " stands twice");
                  }
                });
      }
    }
    return new Module(
        required(file, key + ".type", module.get("type")),
        required(file, key + ".name", module.get("name")),
        optional(file, key + ".url", module.get("url")),
        parameters);
  }

  private static List<String> values(Path file, String key, @Nullable Object declared) {
    Object values = map(file, key, declared).get("values");
    List<String> texts = new ArrayList<>();
    for (Object value : list(file, key + ".values", values)) {
      texts.add(scalar(file, key + ".values", value));
    }
    if (texts.isEmpty()) {
      throw wrong(file, key + ".values is empty, but must hold at least one value");
    }
    return List.copyOf(texts);
  }

  private static Map<?, ?> map(Path file, String key, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(file, key + " must be a mapping");
  }

  private static List<?> list(Path file, String key, @Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(file, key + " must be a list");
  }

  private static String scalar(Path file, String key, @Nullable Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw wrong(file, key + " must be a text, a number, true or false");
  }

  private static String optional(Path file, String key, @Nullable Object value) {
    return value == null ? "" : scalar(file, key, value);
  }

  private static String required(Path file, String key, @Nullable Object value) {
    String text = optional(file, key, value).strip();
    if (text.isEmpty()) {
      throw wrong(file, key + " is missing");
    }
    return text;
  }

  private static IllegalArgumentException wrong(Path file, String what) {
    return new IllegalArgumentException("algorithm file " + file + ": " + what);
  }
}
