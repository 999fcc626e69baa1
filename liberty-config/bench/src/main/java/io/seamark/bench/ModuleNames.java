package io.seamark.bench;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import io.seamark.registry.PluginRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the module types and names of Ianvs's files stand for here. */
final class ModuleNames {
  static final String BASEMODEL = "basemodel";
  static final String RECOGNITION = "unseen_sample_recognition";
  static final String DEFINITION = "task_definition";
  static final String ALLOCATION = "task_allocation";
  static final String UPDATE = "task_update_decision";

  /** Ianvs's name for taking every model that was trained, whatever it is worth. */
  static final String FINE_TUNING = "UpdateStrategyByFinetune";

  /** Module types that are plugins, by Ianvs's or our name. */
  private static final Map<String, PluginKind<?>> KINDS = kinds();

  /** Ianvs's names of Python classes that a plugin of another name does the work of. */
  private static final Map<String, Map<String, String>> ALIASES =
      Map.of(
          BASEMODEL, Map.of("BaseModel", ConfiguredPlugins.DEFAULTS.getOrDefault(BASEMODEL, "")),
          RECOGNITION, Map.of("HardSampleMining", "confidence_share"));

  /** Names whose work the benchmark's own flow does. */
  private static final Map<String, List<String>> BUILT_IN = Map.of(UPDATE, List.of(FINE_TUNING));

  /** Folder of Ianvs's examples whose {@link #EXAMPLE_FILES} are the network of that name. */
  private static final String EXAMPLE_NETWORK = "rfnet";

  /** Python files of Ianvs's examples, whose network BaseModel stands for; others hold others. */
  private static final List<String> EXAMPLE_FILES =
      List.of("basemodel.py", "basemodel-simple.py", "basemodel-sam.py", "rfnet.py");

  /** Hyperparameters whose names differ from the plugin's by more than dashes. */
  private static final Map<String, String> PARAMETERS = Map.of("threhold", "threshold");

  private ModuleNames() {}

  private static Map<String, PluginKind<?>> kinds() {
    Map<String, PluginKind<?>> kinds = new LinkedHashMap<>();
    for (PluginKind<?> kind : Bench.KINDS) {
      if (kind.equals(PluginKind.METRIC)) {
        // Metrics stand in testenv.yaml.
        continue;
      }
      kinds.put(kind.equals(PluginKind.HARD_EXAMPLE_MINING) ? RECOGNITION : kind.id(), kind);
    }
    return kinds;
  }

  static List<String> types() {
    return KINDS.keySet().stream().sorted().toList();
  }

  /** The kind of a module, or null where the benchmark's own flow does its work. */
  static @Nullable PluginKind<?> kind(String type, String name) {
    return BUILT_IN.getOrDefault(type, List.of()).contains(name) ? null : KINDS.get(type);
  }

  static List<String> choices(String type, PluginRegistry registry) {
    List<String> names = new ArrayList<>(BUILT_IN.getOrDefault(type, List.of()));
    PluginKind<?> kind = KINDS.get(type);
    if (kind != null) {
      names.addAll(ALIASES.getOrDefault(type, Map.of()).keySet());
      names.addAll(registry.names(kind));
    }
    return names;
  }

  /** The plugin's name. */
  static String plugin(String type, String name) {
    return ALIASES.getOrDefault(type, Map.of()).getOrDefault(name, name);
  }

  /** The plugin's name of a hyperparameter. */
  static String parameter(String name) {
    return PARAMETERS.getOrDefault(name, name).replace('_', '-');
  }

  /** What is wrong with a module's Python file, if anything. */
  static Optional<String> wrongFile(String type, String url) {
    String file = url.substring(Math.max(url.lastIndexOf('/'), url.lastIndexOf('\\')) + 1);
    return type.equals(BASEMODEL) && !EXAMPLE_FILES.contains(file)
        ? Optional.of(
            "names a Python network that Seamark has no plugin for; leave url out or name the"
                + " example's: "
                + NearestName.mustBe(file, EXAMPLE_FILES))
        : Optional.empty();
  }

  /** What is said where a network of another name stands for that of a Python file. */
  static Optional<String> standIn(String type, String url, String plugin) {
    String[] parts = url.split("[/\\\\]", -1);
    String folder = parts.length < 2 ? "" : parts[parts.length - 2];
    return !type.equals(BASEMODEL) || folder.isEmpty() || folder.equals(EXAMPLE_NETWORK)
        ? Optional.empty()
        : Optional.of(
            "the Python network "
                + folder
                + "/"
                + parts[parts.length - 1]
                + " is not run: "
                + plugin
                + " takes its place");
  }
}
