package io.seamark.bench;

import io.seamark.configuration.AlgorithmSource;
import io.seamark.ianvs.AlgorithmFile;
import io.seamark.ianvs.YamlSection;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.HyperparameterSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The test cases that the modules and hyperparameters of an {@code algorithm.yaml} make. */
final class TestCases {
  static final String PARADIGM = "lifelonglearning";
  private static final List<String> PARADIGMS = List.of(PARADIGM);
  private static final int MOST_CASES = 10_000;

  private final String name;
  private final Path file;
  private final PluginRegistry registry;
  private final TestEnvironment env;
  private final List<String> failures;

  TestCases(
      String name, Path file, PluginRegistry registry, TestEnvironment env, List<String> failures) {
    this.name = name;
    this.file = file;
    this.registry = registry;
    this.env = env;
    this.failures = failures;
  }

  /** A module with one value for each of its hyperparameters. */
  private record Choice(String type, String name, String url, Map<String, Object> values) {}

  List<TestCase> cases() {
    AlgorithmFile read = AlgorithmFile.read(file, failures);
    YamlSection algorithm = read.section();
    if (!algorithm.has("paradigm_type")) {
      algorithm.fail("paradigm_type", NearestName.mustBe("", PARADIGMS));
    }
    algorithm.choice("paradigm_type", PARADIGM, PARADIGMS);
    if (algorithm.has("third_party_packages")) {
      algorithm.fail(
          "third_party_packages",
          "names Python packages, which Seamark does not run; leave it out");
    }
    double ratio = 0.8;
    Splitting splitting = Splitting.DEFAULT;
    YamlSection data = algorithm.section("lifelong_learning_data_setting");
    if (data != null) {
      data.keys("train_ratio", "splitting_method");
      ratio = data.number("train_ratio", 0.8, 0.01, 0.99);
      splitting = Splitting.of(data.choice("splitting_method", "default", Splitting.ids()));
    }
    if (!splitting.hasRoundZero()) {
      missingRoundZero(data == null ? algorithm : data);
    }
    Path initial =
        algorithm.has("initial_model_url") ? IanvsJob.found(algorithm, "initial_model_url") : null;
    List<List<Choice>> byType = modules(read);
    List<TestCase> cases = new ArrayList<>();
    for (List<Choice> combination : product(byType)) {
      TestCase made = make(combination, splitting, ratio, initial);
      if (made != null) {
        cases.add(made);
      }
    }
    return cases;
  }

  /** Complains where a round 0 is needed and the splitting has none. */
  private void missingRoundZero(YamlSection data) {
    String rule = "must be fwt_splitting or hard-example_splitting, since ";
    if (env.mode() == IanvsJob.Mode.HARD_EXAMPLE_MINING) {
      data.fail(
          "splitting_method",
          rule
              + "mode "
              + IanvsJob.id(env.mode())
              + " reads a chunk for round 0 besides those of the rounds");
    } else if (env.mode() == IanvsJob.Mode.NO_INFERENCE && !env.ofTheMatrix().isEmpty()) {
      data.fail(
          "splitting_method",
          rule
              + String.join(", ", env.ofTheMatrix())
              + " of testenv.metrics need a round 0 to compare the others with");
    }
  }

  /** The alternatives of each module type, in the file's order. */
  private List<List<Choice>> modules(AlgorithmFile algorithm) {
    Map<String, List<Choice>> byType = new LinkedHashMap<>();
    for (AlgorithmFile.Module module : algorithm.modules()) {
      String type = module.type();
      if (!ModuleNames.types().contains(type)) {
        module.section().fail("type", NearestName.mustBe(type, ModuleNames.types()));
        continue;
      }
      if (module.name().isEmpty()) {
        continue;
      }
      List<String> names = ModuleNames.choices(type, registry);
      if (!names.contains(module.name())) {
        String rule = NearestName.mustBe(module.name(), names);
        module
            .section()
            .fail(
                "name",
                module.url().isEmpty()
                    ? rule
                    : rule + "; Seamark does not run the Python file of its url");
        continue;
      }
      if (!module.url().isEmpty()) {
        ModuleNames.wrongFile(type, module.url())
            .ifPresent(rule -> module.section().fail("url", rule));
      }
      byType.computeIfAbsent(type, t -> new ArrayList<>()).addAll(choices(module));
    }
    if (!byType.containsKey(ModuleNames.BASEMODEL)) {
      algorithm.section().fail("modules", "must hold one of type " + ModuleNames.BASEMODEL);
    }
    return List.copyOf(byType.values());
  }

  private List<Choice> choices(AlgorithmFile.Module module) {
    List<String> right = parameters(module.type(), module.name());
    List<Map<String, Object>> combinations = new ArrayList<>();
    combinations.add(Map.of());
    for (List<Map<String, Object>> alternatives : module.hyperparameters()) {
      for (String key : alternatives.get(0).keySet()) {
        if (!right.contains(key)) {
          failures.add(
              file
                  + ": "
                  + module.type()
                  + " "
                  + module.name()
                  + " has no hyperparameter '"
                  + key
                  + "'"
                  + (right.isEmpty() ? "" : ": " + NearestName.mustBe(key, right)));
        }
      }
      List<Map<String, Object>> more = new ArrayList<>();
      for (Map<String, Object> one : combinations) {
        for (Map<String, Object> alternative : alternatives) {
          Map<String, Object> both = new LinkedHashMap<>(one);
          both.putAll(alternative);
          more.add(both);
        }
      }
      checkCount(more.size());
      combinations = more;
    }
    return combinations.stream()
        .map(v -> new Choice(module.type(), module.name(), module.url(), v))
        .toList();
  }

  /** The hyperparameters a module may have. */
  private List<String> parameters(String type, String moduleName) {
    List<String> names = new ArrayList<>();
    if (type.equals(ModuleNames.BASEMODEL)) {
      names.addAll(TrainingPlan.NAMES);
      names.addAll(TrainingPlan.UNUSED);
    }
    if (moduleName.equals("HardSampleMining")) {
      names.add("threhold");
    }
    PluginKind<?> kind = ModuleNames.kind(type, moduleName);
    if (kind != null) {
      HyperparameterSpec.of(registry.provider(kind, ModuleNames.plugin(type, moduleName)))
          .forEach(
              spec -> {
                names.add(spec.name().replace('-', '_'));
                if (spec.name().indexOf('-') >= 0) {
                  names.add(spec.name());
                }
              });
    }
    return names;
  }

  private static List<List<Choice>> product(List<List<Choice>> byType) {
    List<List<Choice>> combinations = new ArrayList<>();
    combinations.add(List.of());
    for (List<Choice> alternatives : byType) {
      List<List<Choice>> more = new ArrayList<>();
      for (List<Choice> one : combinations) {
        for (Choice alternative : alternatives) {
          List<Choice> both = new ArrayList<>(one);
          both.add(alternative);
          more.add(both);
        }
      }
      checkCount(more.size());
      combinations = more;
    }
    return combinations;
  }

  private static void checkCount(int cases) {
    if (cases > MOST_CASES) {
      throw new IllegalArgumentException(
          "the values of one algorithm make more than " + MOST_CASES + " test cases");
    }
  }

  private @Nullable TestCase make(
      List<Choice> combination, Splitting splitting, double ratio, @Nullable Path initial) {
    Map<String, String> modules = new LinkedHashMap<>();
    Map<String, String> hyperparameters = new LinkedHashMap<>();
    Map<String, String> settings = new LinkedHashMap<>();
    Map<String, String> training = new LinkedHashMap<>();
    List<String> remarks = new ArrayList<>();
    List<String> unused = new ArrayList<>();
    Object origins = null;
    for (Choice module : combination) {
      modules.put(module.type(), module.name());
      PluginKind<?> kind = ModuleNames.kind(module.type(), module.name());
      String plugin = ModuleNames.plugin(module.type(), module.name());
      if (kind != null) {
        settings.put(ConfiguredPlugins.selectionKey(kind), plugin);
      }
      ModuleNames.standIn(module.type(), module.url(), plugin).ifPresent(remarks::add);
      for (Map.Entry<String, Object> value : module.values().entrySet()) {
        String key = value.getKey();
        hyperparameters.put(module.type() + "-" + key, python(value.getValue()));
        if (key.equals("origins")) {
          if (origins != null && !origins.equals(value.getValue())) {
            // Samples would be given to tasks that were never defined: not a case worth running.
            return null;
          }
          origins = value.getValue();
        }
        if (module.type().equals(ModuleNames.BASEMODEL) && TrainingPlan.NAMES.contains(key)) {
          training.put(key, String.valueOf(value.getValue()));
        } else if (module.type().equals(ModuleNames.BASEMODEL)
            && TrainingPlan.UNUSED.contains(key)) {
          unused.add(key);
        } else if (kind != null) {
          settings.put(
              kind.id() + "." + plugin + "." + ModuleNames.parameter(key),
              AlgorithmSource.text(value.getValue()));
        }
      }
    }
    if (!unused.isEmpty()) {
      remarks.add(
          String.join(", ", unused)
              + " of the basemodel is not used: seamark.training.size and seamark.training.threads"
              + " say what size and how many threads train whole frames");
    }
    boolean gate = !ModuleNames.FINE_TUNING.equals(modules.get(ModuleNames.UPDATE));
    TrainingPlan plan = plan(training, gate);
    hyperparameters.put(
        "basemodel-hard_sample_target", plan.target().name().toLowerCase(Locale.ROOT));
    return new TestCase(
        name, modules, hyperparameters, settings, plan, splitting, ratio, initial, remarks);
  }

  private TrainingPlan plan(Map<String, String> values, boolean gate) {
    String target = values.getOrDefault("hard_sample_target", "cloud_answers");
    List<String> targets =
        java.util.Arrays.stream(TrainingPlan.Target.values())
            .map(t -> t.name().toLowerCase(Locale.ROOT))
            .toList();
    if (!targets.contains(target)) {
      failures.add(
          file
              + ": basemodel.hard_sample_target is '"
              + target
              + "', but "
              + NearestName.mustBe(target, targets));
      target = targets.get(0);
    }
    return new TrainingPlan(
        number(values, "learning_rate", 1e-9, 0.1),
        whole(number(values, "epochs", 1, 100_000)),
        whole(number(values, "batch_size", 1, 64)),
        whole(number(values, "steps", 0, 100_000)),
        values.containsKey("class_weights") ? flag(values, "class_weights", false) : null,
        TrainingPlan.Target.valueOf(target.toUpperCase(Locale.ROOT)),
        flag(values, "rehearsal", true),
        flag(values, "replay", true),
        gate);
  }

  private boolean flag(Map<String, String> values, String key, boolean fallback) {
    String text = values.getOrDefault(key, String.valueOf(fallback)).toLowerCase(Locale.ROOT);
    if (!text.equals("true") && !text.equals("false")) {
      failures.add(file + ": basemodel." + key + " is '" + text + "', but must be true or false");
    }
    return text.equals("true");
  }

  private static @Nullable Integer whole(@Nullable Double number) {
    return number == null ? null : number.intValue();
  }

  /** Null where the file says nothing. */
  private @Nullable Double number(Map<String, String> values, String key, double min, double max) {
    String text = values.get(key);
    if (text == null) {
      return null;
    }
    try {
      double value = Double.parseDouble(text);
      boolean whole = key.equals("learning_rate") || value == Math.rint(value);
      if (value >= min && value <= max && whole) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Complained of below, with the range.
    }
    failures.add(
        file + ": basemodel." + key + " is '" + text + "', but must be from " + min + " to " + max);
    return null;
  }

  /** As Python's {@code str} writes it, which is what Ianvs's rank files hold. */
  private static String python(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(v -> "'" + v + "'").collect(Collectors.joining(", ", "[", "]"))
        : String.valueOf(value);
  }
}
