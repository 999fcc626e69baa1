package io.seamark.setting;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one of Seamark's parts.
 *
 * @param <R> the record that declares them
 */
public final class SettingGroup<R extends Record> {
  /** Those that every program reads. */
  public static final SettingGroup<CommonSettings> COMMON =
      new SettingGroup<>("seamark.", "Every program", CommonSettings.class);

  /** Those of a device's runtime, {@code seamark edge}, and of the edge that {@code run} starts. */
  public static final SettingGroup<EdgeSettings> EDGE =
      new SettingGroup<>("seamark.edge.", "The edge", EdgeSettings.class);

  /** Those of the replay buffer. */
  public static final SettingGroup<BufferSettings> BUFFER =
      new SettingGroup<>("seamark.buffer.", "The replay buffer", BufferSettings.class);

  /** Those of unknown-task processing. */
  public static final SettingGroup<ProcessingSettings> PROCESSING =
      new SettingGroup<>("seamark.", "Unknown-task processing", ProcessingSettings.class);

  /** Those of knowledge management. */
  public static final SettingGroup<KnowledgeSettings> KNOWLEDGE =
      new SettingGroup<>("seamark.", "Knowledge management", KnowledgeSettings.class);

  /** Those of Sedna's knowledge base, which knowledge management serves. */
  public static final SettingGroup<KnowledgeBaseSettings> KNOWLEDGE_BASE =
      new SettingGroup<>(
          "seamark.knowledgebase.", "Sedna's knowledge base", KnowledgeBaseSettings.class);

  /** Those of a training round, in knowledge management, {@code train} and {@code bench}. */
  public static final SettingGroup<TrainingSettings> TRAINING =
      new SettingGroup<>("seamark.training.", "A training round", TrainingSettings.class);

  /** Those of AppealNet's head in a training round. */
  public static final SettingGroup<AppealNetSettings> APPEALNET =
      new SettingGroup<>(
          "seamark.training.appealnet.", "AppealNet's head", AppealNetSettings.class);

  /** Those of where a round of knowledge management runs. */
  public static final SettingGroup<TrainingJobSettings> TRAINING_JOB =
      new SettingGroup<>("seamark.training.", "Where a round runs", TrainingJobSettings.class);

  /** Those of {@code model pull}. */
  public static final SettingGroup<PullSettings> PULL =
      new SettingGroup<>("seamark.model.", "Downloads of models", PullSettings.class);

  /** What the launcher tells the program. */
  public static final SettingGroup<LauncherSettings> LAUNCHER =
      new SettingGroup<>("seamark.", "The launcher", LauncherSettings.class);

  /** What Sedna tells a worker by variables of its own. */
  public static final SettingGroup<SednaSettings> SEDNA =
      new SettingGroup<>("", "Sedna", SednaSettings.class);

  /** What Sedna tells a worker of a lifelong-learning job by variables of its own. */
  public static final SettingGroup<SednaWorkerSettings> SEDNA_WORKER =
      new SettingGroup<>("", "What Sedna tells a worker", SednaWorkerSettings.class);

  /** What Sedna tells the edge worker of a joint inference. */
  public static final SettingGroup<SednaJointInferenceSettings> SEDNA_JOINT_INFERENCE =
      new SettingGroup<>(
          "", "What Sedna tells a joint inference", SednaJointInferenceSettings.class);

  /** Those of Sedna's workers, {@code seamark sedna}, besides what Sedna tells them. */
  public static final SettingGroup<SednaClientSettings> SEDNA_CLIENT =
      new SettingGroup<>("seamark.sedna.", "Workers of Sedna's jobs", SednaClientSettings.class);

  /** What a person may set. */
  public static final List<SettingGroup<?>> ALL =
      List.of(
          COMMON,
          EDGE,
          BUFFER,
          PROCESSING,
          KNOWLEDGE,
          KNOWLEDGE_BASE,
          TRAINING,
          APPEALNET,
          TRAINING_JOB,
          PULL,
          SEDNA_CLIENT);

  /** What is told by those who start a program, and by nobody else. */
  public static final List<SettingGroup<?>> TOLD =
      List.of(LAUNCHER, SEDNA, SEDNA_WORKER, SEDNA_JOINT_INFERENCE);

  private final String prefix;
  private final String title;
  private final HyperparameterBinding<R> binding;

  /**
   * Reads the record's declarations.
   *
   * @param prefix of every key, up to and with its last dot
   * @param title of the group, for pages
   * @param type the record
   * @throws IllegalArgumentException if the record does not keep the rules of declarations
   */
  SettingGroup(String prefix, String title, Class<R> type) {
    this.prefix = prefix;
    this.title = title;
    this.binding = new HyperparameterBinding<>(type);
  }

  /**
   * The group's title.
   *
   * @return such as {@code The edge}
   */
  public String title() {
    return title;
  }

  /**
   * What is declared, in the order of the record.
   *
   * @return by key
   */
  public Map<String, HyperparameterSpec> declared() {
    Map<String, HyperparameterSpec> declared = new LinkedHashMap<>();
    binding.specs().forEach(spec -> declared.put(prefix + spec.name(), spec));
    return declared;
  }

  /**
   * Reads the settings.
   *
   * @param lookup value of a key; empty if it is not set, and where it is set to nothing the
   *     default holds too
   * @return the settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public R read(Function<String, Optional<String>> lookup) {
    List<String> failures = new ArrayList<>();
    R read = read(lookup, failures);
    if (read == null) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return read;
  }

  /**
   * The same for one who reads several groups.
   *
   * @param lookup as with {@link #read(Function)}
   * @param failures gets one line for each wrong value
   * @return the settings, or null if there were failures
   */
  public @Nullable R read(Function<String, Optional<String>> lookup, List<String> failures) {
    return binding.bind(
        name -> lookup.apply(prefix + name).filter(text -> !text.isBlank()),
        name -> "",
        prefix,
        failures);
  }

  /**
   * What holds where nothing is set.
   *
   * @return the settings
   */
  public R defaults() {
    return read(key -> Optional.empty());
  }

  /**
   * Settings as they would be written, for provenance.
   *
   * @param settings of this group
   * @return by key, in the order of the record
   */
  public Map<String, String> values(R settings) {
    Map<String, String> values = new LinkedHashMap<>();
    binding.values(settings).forEach((name, value) -> values.put(prefix + name, value));
    return values;
  }

  /**
   * The same settings with other values.
   *
   * @param settings of this group
   * @param other text by key; empty text leaves a value as it is
   * @return the settings
   * @throws IllegalArgumentException with one line for each wrong value or undeclared key
   */
  public R with(R settings, Map<String, String> other) {
    Map<String, String> values = values(settings);
    for (String key : other.keySet()) {
      if (!values.containsKey(key)) {
        throw new IllegalArgumentException(
            key + " is set, but must be one of " + String.join(", ", values.keySet()));
      }
    }
    return read(
        key ->
            Optional.ofNullable(other.get(key))
                .filter(text -> !text.isBlank())
                .or(() -> Optional.of(Objects.requireNonNull(values.get(key)))));
  }

  /**
   * Checks the ranges of a record of this group that was made from values, as its constructor does.
   *
   * @param values of the components, in their order
   * @throws IllegalArgumentException with one line for each that is out of its range
   */
  void check(Object... values) {
    List<String> failures = binding.check(prefix, values);
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }
}
