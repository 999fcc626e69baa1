package io.seamark.ianvs;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ianvs's {@code algorithm.yaml}.
 *
 * @param section its mapping {@code algorithm}, whose keys are known to be right
 * @param modules in the order of the file
 */
public record AlgorithmFile(YamlSection section, List<Module> modules) {
  /** Copies the list. */
  public AlgorithmFile {
    modules = List.copyOf(modules);
  }

  /**
   * A module of the algorithm.
   *
   * @param section where it stands
   * @param type such as {@code unseen_sample_recognition}; empty if it has none
   * @param name of the algorithm, not empty in a file that is right
   * @param url the Python file it is in; empty for a built-in one
   * @param hyperparameters in the order of the file: of each the alternatives that are to be tried
   */
  public record Module(
      YamlSection section,
      String type,
      String name,
      String url,
      List<List<Map<String, Object>>> hyperparameters) {
    /** Copies the list. */
    public Module {
      hyperparameters = List.copyOf(hyperparameters);
    }
  }

  /**
   * Reads a file.
   *
   * @param file at most 1 MiB of YAML
   * @return what it says
   * @throws IllegalArgumentException if it cannot be read or is no algorithm file: one line for
   *     each failure, with file, key and rule
   */
  public static AlgorithmFile read(Path file) {
    List<String> failures = new ArrayList<>();
    AlgorithmFile read = read(file, failures);
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return read;
  }

  /**
   * Reads a file of several.
   *
   * @param file at most 1 MiB of YAML
   * @param failures what is wrong is added here
   * @return what it says, as far as it is right. The values of a hyperparameter are text, or lists
   *     of text; {@code other_hyperparameters} are those of the YAML files that are its values.
   */
  public static AlgorithmFile read(Path file, List<String> failures) {
    int before = failures.size();
    YamlSection algorithm = YamlSection.read(file, "algorithm", failures);
    algorithm.keys(
        "paradigm_type",
        "lifelong_learning_data_setting",
        "initial_model_url",
        "third_party_packages",
        "modules");
    if (failures.size() == before && !algorithm.has("modules")) {
      algorithm.fail("modules", "must be given");
    }
    List<Module> modules = new ArrayList<>();
    for (YamlSection section : algorithm.sections("modules")) {
      section.keys("type", "name", "url", "hyperparameters");
      String type = section.text("type");
      String url = section.text("url");
      modules.add(
          new Module(
              section,
              type == null ? "" : type,
              section.required("name"),
              url == null ? "" : url,
              hyperparameters(section, failures)));
    }
    return new AlgorithmFile(algorithm, modules);
  }

  private static List<List<Map<String, Object>>> hyperparameters(
      YamlSection module, List<String> failures) {
    List<List<Map<String, Object>>> all = new ArrayList<>();
    for (YamlSection entry : module.sections("hyperparameters")) {
      for (String name : entry.names()) {
        YamlSection of = entry.section(name);
        if (of == null) {
          continue;
        }
        of.keys("values");
        List<Object> values = of.values("values");
        if (values == null || values.isEmpty()) {
          of.fail("values", "must be a list of at least one value");
          continue;
        }
        List<Map<String, Object>> alternatives = new ArrayList<>();
        for (Object value : values) {
          alternatives.add(
              name.equals("other_hyperparameters")
                  ? others(of, String.valueOf(value), failures)
                  : Map.of(name, value));
        }
        all.add(alternatives);
      }
    }
    return all;
  }

  private static Map<String, Object> others(YamlSection of, String named, List<String> failures) {
    try {
      Path path = Path.of(named);
      Path found = Files.exists(path) ? path : of.file().resolveSibling(path);
      return new LinkedHashMap<>(YamlSection.read(found, "", failures).scalars());
    } catch (InvalidPathException e) {
      of.fail("values", "must be paths of YAML files");
      return Map.of();
    }
  }
}
