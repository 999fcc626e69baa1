package io.seamark.configuration;

import io.seamark.ianvs.AlgorithmFile;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Ianvs's {@code algorithm.yaml}: a module's name chooses the plugin of its kind, its
 * hyperparameters set that plugin's. Ianvs's {@code unseen_sample_recognition} is Sedna's {@code
 * hard_example_mining}.
 */
public final class AlgorithmSource extends MapSource {
  /** The source's place among the others. */
  public static final int ORDINAL = 150;

  private static final Map<String, String> SYNONYMS =
      Map.of("unseen_sample_recognition", PluginKind.HARD_EXAMPLE_MINING.id());

  /**
   * Reads a file.
   *
   * @param file as Ianvs has it
   * @throws IllegalArgumentException if it is none, names a module type that is no plugin kind,
   *     names a type twice, or gives a hyperparameter several values: one line for each
   */
  public AlgorithmSource(Path file) {
    super("Ianvs's algorithm file " + file, ORDINAL, values(AlgorithmFile.read(file)));
  }

  /**
   * The plugin kind that Ianvs's name of a module type stands for.
   *
   * @param type such as {@code unseen_sample_recognition}
   * @return empty if there is none
   */
  public static Optional<PluginKind<?>> kind(String type) {
    return byId(type).or(() -> byId(SYNONYMS.getOrDefault(type, "")));
  }

  private static Optional<PluginKind<?>> byId(String id) {
    for (PluginKind<?> kind : PluginKind.ALL) {
      if (kind.id().equals(id)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  private static Map<String, String> values(AlgorithmFile algorithm) {
    String where = "algorithm file " + algorithm.section().file() + ": ";
    Map<String, String> values = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    List<String> types = new ArrayList<>(PluginKind.ALL.stream().map(PluginKind::id).toList());
    types.addAll(SYNONYMS.keySet());
    for (AlgorithmFile.Module module : algorithm.modules()) {
      Optional<PluginKind<?>> kind = kind(module.type());
      if (kind.isEmpty()) {
        failures.add(
            where
                + "module type is '"
                + module.type()
                + "', but "
                + NearestName.mustBe(module.type(), types));
        continue;
      }
      String choice = ConfiguredPlugins.selectionKey(kind.get());
      if (values.put(choice, module.name()) != null) {
        failures.add(where + "module type '" + module.type() + "' stands twice");
      }
      for (List<Map<String, Object>> alternatives : module.hyperparameters()) {
        String prefix = kind.get().id() + "." + module.name() + ".";
        alternatives
            .get(0)
            .forEach(
                (name, value) -> {
                  if (alternatives.size() > 1) {
                    failures.add(
                        where
                            + prefix
                            + name
                            + " has "
                            + alternatives.size()
                            + " values, but must have one here; several are for seamark bench");
                  } else {
                    values.put(prefix + name, text(value));
                  }
                });
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return values;
  }

  /**
   * A value as our configuration writes it.
   *
   * @param value text, or a list of text
   * @return a list with commas between its values
   */
  public static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
