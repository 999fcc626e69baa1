package io.seamark.registry;

import io.seamark.plugin.BaseModel;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.setting.HyperparameterBinding;
import io.seamark.setting.HyperparameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/**
 * The plugins that configuration chooses, with its hyperparameters. Everything that is configured
 * is checked when this is made. Thread-safe.
 */
public final class ConfiguredPlugins {
  /**
   * The plugin of each kind where configuration names none, by the kind's id; of the base model's
   * training it is that of the base model's name.
   */
  public static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry(PluginKind.SAMPLE_SOURCE.id(), "procedural_street"),
          Map.entry(PluginKind.TASK_ALLOCATION.id(), "TaskAllocationDefault"),
          Map.entry(PluginKind.BASEMODEL.id(), "rfnet"),
          Map.entry(PluginKind.BASEMODEL_TRAINING.id(), "rfnet"),
          Map.entry(PluginKind.INFERENCE_INTEGRATE.id(), "DefaultInferenceIntegrate"),
          Map.entry(PluginKind.HARD_EXAMPLE_MINING.id(), "score_margin"),
          Map.entry(PluginKind.UNSEEN_SAMPLE_RE_RECOGNITION.id(), "all_unseen"),
          Map.entry(PluginKind.UNSEEN_TASK_ALLOCATION.id(), "UnseenTaskAllocationDefault"),
          Map.entry(PluginKind.UNSEEN_TASK_PROCESSING.id(), "sam_fusion"),
          Map.entry(PluginKind.MASK_GENERATOR.id(), "segment_anything"),
          Map.entry(PluginKind.MASK_FUSION.id(), "quality_sum"),
          Map.entry(PluginKind.REPLAY_POLICY.id(), "reservoir"),
          Map.entry(PluginKind.TASK_DEFINITION.id(), "TaskDefinitionByLook"),
          Map.entry(PluginKind.TASK_RELATIONSHIP_DISCOVERY.id(), "shared_model"),
          Map.entry(PluginKind.TASK_REMODELING.id(), "DefaultTaskRemodeling"),
          Map.entry(PluginKind.SAMPLE_AUGMENTATION.id(), "restyle"),
          Map.entry(PluginKind.TASK_UPDATE_DECISION.id(), "evaluation_gate"),
          Map.entry(PluginKind.KNOWLEDGE_MANAGEMENT.id(), "local_folder"),
          Map.entry(PluginKind.METRIC.id(), "mean_iou"));

  /** Kinds of which several may be chosen, with commas between the names. */
  private static final Set<PluginKind<?>> SEVERAL = Set.of(PluginKind.METRIC);

  /** Sources whose user did not write the key that a message names. */
  private static final List<String> NAMED_SOURCES = List.of("Sedna", "Ianvs");

  private static final int SLIP = 2;

  private final PluginRegistry registry;
  private final Function<String, Optional<String>> settings;
  private final Function<String, String> origins;
  private final ToIntFunction<String> ordinals;
  private final long seed;
  private final int threads;
  private final Map<PluginProvider<?, ?>, Bound<?>> bound = new HashMap<>();

  /**
   * Checks everything that is configured for the plugins found.
   *
   * @param registry the plugins to choose from
   * @param config where the choice and the values are
   * @param seed see {@link PluginContext#seed}
   * @param threads see {@link PluginContext#threads}
   * @throws IllegalArgumentException if a name or value is wrong: one line for each, with the right
   *     ones
   */
  public ConfiguredPlugins(PluginRegistry registry, Config config, long seed, int threads) {
    this(registry, config, Map.of(), seed, threads);
  }

  /**
   * The same with values for keys that configuration leaves unset, such as what a host's own
   * shorthands stand for.
   *
   * @param registry the plugins to choose from
   * @param config where the choice and the values are
   * @param fallbacks value by key; an empty value counts as none
   * @param seed see {@link PluginContext#seed}
   * @param threads see {@link PluginContext#threads}
   * @throws IllegalArgumentException if a name or value is wrong: one line for each, with the right
   *     ones
   */
  public ConfiguredPlugins(
      PluginRegistry registry,
      Config config,
      Map<String, String> fallbacks,
      long seed,
      int threads) {
    this(
        registry,
        key -> config.getOptionalValue(key, String.class).or(() -> valueIn(fallbacks, key)),
        key -> originIn(config, key),
        key -> config.getConfigValue(key).getSourceOrdinal(),
        WrittenKeys.of(config),
        seed,
        threads);
  }

  /**
   * The same from a map with the same keys.
   *
   * @param registry the plugins to choose from
   * @param settings such as {@code hard_example_mining.score_margin.threshold} to {@code 0.6}
   * @param seed see {@link PluginContext#seed}
   * @param threads see {@link PluginContext#threads}
   * @throws IllegalArgumentException as with configuration
   */
  public ConfiguredPlugins(
      PluginRegistry registry, Map<String, String> settings, long seed, int threads) {
    this(
        registry,
        key -> valueIn(settings, key),
        key -> "",
        key -> 0,
        List.copyOf(settings.keySet()),
        seed,
        threads);
  }

  private ConfiguredPlugins(
      PluginRegistry registry,
      Function<String, Optional<String>> settings,
      Function<String, String> origins,
      ToIntFunction<String> ordinals,
      Collection<String> keys,
      long seed,
      int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", but must be at least 1");
    }
    this.registry = registry;
    this.settings = settings;
    this.origins = origins;
    this.ordinals = ordinals;
    this.seed = seed;
    this.threads = threads;
    List<String> failures = new ArrayList<>();
    for (PluginKind<?> kind : PluginKind.ALL) {
      List<String> names = registry.names(kind);
      // A part that has no plugin of a kind never makes one, so it may share the others' settings.
      if (!names.isEmpty()) {
        checkSelection(kind, names, failures);
        checkKeys(kind, names, keys, failures);
      }
    }
    checkVariables(keys, failures);
    for (PluginProvider<?, ?> provider : registry.providers()) {
      bind(provider, failures);
    }
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }

  /**
   * The key that chooses the plugin of a kind.
   *
   * @param kind any
   * @return such as {@code seamark.hard_example_mining}
   */
  public static String selectionKey(PluginKind<?> kind) {
    return "seamark." + kind.id();
  }

  /**
   * The name of the plugin that is used for a kind.
   *
   * @param kind any
   * @return the configured name, or the default; the first where several are chosen
   */
  public String name(PluginKind<?> kind) {
    return names(kind).get(0);
  }

  /**
   * The names of all plugins that are used for a kind: of {@link PluginKind#METRIC} several may be
   * chosen, with commas between them, of every other kind one.
   *
   * @param kind any
   * @return the configured names in their order, or the default; at least one
   */
  public List<String> names(PluginKind<?> kind) {
    return chosen(
        kind,
        settings
            .apply(selectionKey(kind))
            .map(String::strip)
            .orElseGet(
                () ->
                    // What opens a model is trained by what knows it.
                    kind.equals(PluginKind.BASEMODEL_TRAINING)
                        ? name(PluginKind.BASEMODEL)
                        : DEFAULTS.getOrDefault(kind.id(), "")));
  }

  private static List<String> chosen(PluginKind<?> kind, String text) {
    return SEVERAL.contains(kind)
        ? Arrays.stream(text.split(",", -1)).map(String::strip).distinct().toList()
        : List.of(text);
  }

  /**
   * Makes a plugin of a kind by its name, chosen or not, with its configured hyperparameters.
   *
   * @param kind any
   * @param name letter for letter
   * @param <P> the kind's interface
   * @return a new plugin, which the caller closes if it can be closed
   * @throws IllegalArgumentException if there is none of that name, with the right names
   */
  public <P> P create(PluginKind<P> kind, String name) {
    return create(registry.provider(kind, name), Set.of());
  }

  /**
   * Makes the configured plugin of a kind, and those it is composed of.
   *
   * @param kind any
   * @param <P> the kind's interface
   * @return a new plugin, which the caller closes if it can be closed
   * @throws IllegalArgumentException if no such plugin is installed
   */
  public <P> P create(PluginKind<P> kind) {
    return create(registry.provider(kind, name(kind)), Set.of());
  }

  /**
   * Makes a plugin with its configured hyperparameters, chosen or not, to see whether it can be
   * made.
   *
   * @param provider one of the registry's
   * @return a new plugin, which the caller closes if it can be closed
   * @throws RuntimeException whatever the plugin throws
   */
  public Object make(PluginProvider<?, ?> provider) {
    return create(provider, Set.of());
  }

  /**
   * What is in force for a kind, as it would be written in configuration: for provenance.
   *
   * @param kind any
   * @return the selection and every hyperparameter of the chosen plugin, defaults included
   * @throws IllegalArgumentException if no such plugin is installed
   */
  public Map<String, String> effective(PluginKind<?> kind) {
    Map<String, String> effective = new LinkedHashMap<>();
    effective.put(selectionKey(kind), String.join(",", names(kind)));
    for (String chosen : names(kind)) {
      PluginProvider<?, ?> provider = registry.provider(kind, chosen);
      boundOf(provider)
          .values()
          .forEach((name, value) -> effective.put(prefix(provider) + "." + name, value));
    }
    return effective;
  }

  /**
   * The values that a plugin would be made with, chosen or not.
   *
   * @param provider one of the registry's
   * @return by hyperparameter name, in the order of its record, defaults included
   */
  public Map<String, String> hyperparameters(PluginProvider<?, ?> provider) {
    return Collections.unmodifiableMap(boundOf(provider).values());
  }

  // The bound value was made from this very provider's record class, and what a base model's
  // provider makes is a base model.
  @SuppressWarnings("unchecked")
  private <P, H extends Record> P create(
      PluginProvider<P, H> provider, Set<PluginProvider<?, ?>> making) {
    if (making.contains(provider)) {
      throw new IllegalArgumentException(
          "plugins are composed in a circle: "
              + making.stream().map(ConfiguredPlugins::prefix).collect(Collectors.joining(", "))
              + " and again "
              + prefix(provider));
    }
    Set<PluginProvider<?, ?>> path = new LinkedHashSet<>(making);
    path.add(provider);
    P made = provider.create((H) boundOf(provider).hyperparameters(), new Context(path));
    return made instanceof BaseModel model && provider.kind().equals(PluginKind.BASEMODEL)
        ? (P) ProbedModel.of(model, provider.name())
        : made;
  }

  /** What another plugin is composed of fails under its own name. */
  private static <Q> Q named(PluginKind<Q> kind, String name, Q made) {
    PluginCall call = PluginCall.of(kind, name);
    if (made instanceof MaskGenerator generator && kind.equals(PluginKind.MASK_GENERATOR)) {
      return kind.type().cast(new NamedMaskGenerator(call, generator));
    }
    if (made instanceof MaskFusion fusion && kind.equals(PluginKind.MASK_FUSION)) {
      return kind.type().cast(new NamedMaskFusion(call, fusion));
    }
    return made;
  }

  private Bound<?> boundOf(PluginProvider<?, ?> provider) {
    Bound<?> values = bound.get(provider);
    if (values == null) {
      throw new IllegalStateException(prefix(provider) + " was not bound");
    }
    return values;
  }

  private static Optional<String> valueIn(Map<String, String> settings, String key) {
    return Optional.ofNullable(settings.get(key)).filter(value -> !value.isEmpty());
  }

  private void checkSelection(PluginKind<?> kind, List<String> names, List<String> failures) {
    settings
        .apply(selectionKey(kind))
        .map(String::strip)
        .flatMap(
            text -> chosen(kind, text).stream().filter(name -> !names.contains(name)).findFirst())
        .ifPresent(
            name ->
                failures.add(
                    selectionKey(kind)
                        + " is '"
                        + name
                        + "\', but "
                        + NearestName.mustBe(name, names)
                        + origins.apply(selectionKey(kind))));
  }

  private void checkKeys(
      PluginKind<?> kind, List<String> names, Collection<String> keys, List<String> failures) {
    for (String key : new TreeSet<>(keys)) {
      if (key.startsWith(kind.id() + ".") && settings.apply(key).isPresent()) {
        String rest = key.substring(kind.id().length() + 1);
        int dot = rest.indexOf('.');
        String name = dot < 0 ? rest : rest.substring(0, dot);
        String parameter = dot < 0 ? "" : rest.substring(dot + 1);
        if (!names.contains(name)) {
          failures.add(
              key
                  + " is set, but there is no "
                  + kind
                  + " plugin '"
                  + name
                  + "\': "
                  + NearestName.mustBe(name, names)
                  + origins.apply(key));
        } else {
          checkParameter(key, parameter, registry.provider(kind, name), failures);
        }
      }
    }
  }

  /** Variables may be anybody's, so only what is all but a right one is taken for a slip. */
  private void checkVariables(Collection<String> keys, List<String> failures) {
    Set<String> right = new TreeSet<>();
    for (PluginProvider<?, ?> provider : registry.providers()) {
      for (HyperparameterSpec spec : HyperparameterSpec.of(provider)) {
        right.add(WrittenKeys.variable(prefix(provider) + "." + spec.name()));
      }
    }
    for (String key : new TreeSet<>(keys)) {
      if (key.indexOf('_') > 0 && key.equals(WrittenKeys.variable(key)) && !right.contains(key)) {
        right.stream()
            .filter(name -> NearestName.distance(key, name) <= SLIP)
            .findFirst()
            .ifPresent(name -> failures.add(key + " is set, but did you mean " + name + "?"));
      }
    }
  }

  private void checkParameter(
      String key, String parameter, PluginProvider<?, ?> provider, List<String> failures) {
    List<String> right =
        HyperparameterSpec.of(provider).stream().map(HyperparameterSpec::name).toList();
    if (!right.contains(parameter) && !right.contains(parameter.replace('_', '-'))) {
      failures.add(
          key
              + " is set, but "
              + provider.name()
              + (right.isEmpty()
                  ? " has no hyperparameters"
                  : " has no hyperparameter '"
                      + parameter
                      + "\': "
                      + NearestName.mustBe(parameter, right))
              + origins.apply(key));
    }
  }

  private <H extends Record> void bind(PluginProvider<?, H> provider, List<String> failures) {
    HyperparameterBinding<H> binding = new HyperparameterBinding<>(provider.hyperparameters());
    H hyperparameters =
        binding.bind(
            name -> settings.apply(settingKey(provider, name)),
            name -> origins.apply(settingKey(provider, name)),
            prefix(provider) + ".",
            failures);
    if (hyperparameters != null) {
      bound.put(provider, new Bound<>(hyperparameters, binding.values(hyperparameters)));
    }
  }

  /** Sedna and Ianvs write underscores where our names have dashes. */
  private String settingKey(PluginProvider<?, ?> provider, String name) {
    String key = prefix(provider) + "." + name;
    String theirs = prefix(provider) + "." + name.replace('-', '_');
    if (settings.apply(theirs).isEmpty()) {
      return key;
    }
    boolean before = ordinals.applyAsInt(theirs) > ordinals.applyAsInt(key);
    return settings.apply(key).isEmpty() || before ? theirs : key;
  }

  private static String originIn(Config config, String key) {
    String source = config.getConfigValue(key).getSourceName();
    return source != null && NAMED_SOURCES.stream().anyMatch(source::startsWith)
        ? " (set by " + source + ")"
        : "";
  }

  private static String prefix(PluginProvider<?, ?> provider) {
    return provider.kind() + "." + provider.name();
  }

  private record Bound<H extends Record>(H hyperparameters, Map<String, String> values) {}

  private final class Context implements PluginContext {
    private final Set<PluginProvider<?, ?>> path;

    Context(Set<PluginProvider<?, ?>> path) {
      this.path = path;
    }

    @Override
    public long seed() {
      return seed;
    }

    @Override
    public int threads() {
      return threads;
    }

    @Override
    public <Q> Q plugin(PluginKind<Q> kind) {
      return plugin(kind, name(kind));
    }

    @Override
    public <Q> Q plugin(PluginKind<Q> kind, String name) {
      return named(kind, name, ConfiguredPlugins.this.create(registry.provider(kind, name), path));
    }
  }
}
