package io.seamark.configuration;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import io.seamark.registry.WrittenKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Every key besides those of plugins' hyperparameters, which {@link ConfiguredPlugins} checks. What
 * is wrong in a file or on the command line is always an error. System properties and environment
 * variables belong to others too: there a key is wrong if a group of Seamark's, such as {@code
 * seamark.training.}, holds it, or if it is all but a right one.
 */
public final class SettingKeys {
  /** Keys of Seamark's own settings. */
  public static final List<String> OWN =
      List.of(
          "seamark.data",
          "seamark.sam",
          "seamark.model.mirror",
          "seamark.seed",
          "seamark.threads",
          "seamark.plugins",
          "seamark.queue",
          "seamark.replica.buffers",
          "seamark.body.seconds",
          ConfigurationSources.ALGORITHM,
          "seamark.retain",
          "seamark.retain.labels",
          "seamark.retain.frames",
          "seamark.edge.model",
          "seamark.edge.name",
          "seamark.edge.jpeg-quality",
          "seamark.edge.answers.max-files",
          "seamark.edge.outbox.max-bytes",
          "seamark.edge.model.max-bytes",
          "seamark.edge.sync.interval",
          "seamark.edge.window",
          "seamark.training.trigger.samples",
          "seamark.training.steps",
          "seamark.training.batch",
          "seamark.training.learning-rate",
          "seamark.training.holdout",
          "seamark.training.judge-frames",
          "seamark.training.judge-retained",
          "seamark.training.class-weights",
          "seamark.training.threads",
          "seamark.training.appealnet.frames",
          "seamark.training.appealnet.steps",
          "seamark.training.appealnet.batch",
          "seamark.training.appealnet.learning-rate",
          "seamark.training.appealnet.cost");

  private static final List<String> GROUPS =
      List.of("seamark.training.", "seamark.edge.", "seamark.retain.", "seamark.ianvs.");

  /** Letters that may be wrong in a key that is taken for one of ours. */
  private static final int NEAR = 2;

  private SettingKeys() {}

  /**
   * Every key of a setting or a choice.
   *
   * @return Seamark's own ones and {@code seamark.KIND} of every kind
   */
  public static List<String> all() {
    return Stream.concat(OWN.stream(), PluginKind.ALL.stream().map(ConfiguredPlugins::selectionKey))
        .toList();
  }

  /**
   * The wrong keys among those that were written for Seamark.
   *
   * @param where for the message
   * @param keys what a file or the command line sets
   * @return one line for each
   */
  public static List<String> failures(String where, Collection<String> keys) {
    List<String> failures = new ArrayList<>();
    for (String key : new TreeSet<>(keys)) {
      if (!all().contains(key) && !ofPlugin(key)) {
        failures.add(where + " sets '" + key + "', but " + rule(key));
      }
    }
    return failures;
  }

  /**
   * The wrong keys among those of every source, as far as they are meant for Seamark.
   *
   * @param config any
   * @return one line for each
   */
  public static List<String> failures(Config config) {
    List<String> failures = new ArrayList<>();
    for (String key : WrittenKeys.of(config)) {
      wrong(key).ifPresent(rule -> failures.add(key + " is set, but " + rule));
    }
    return failures;
  }

  private static Optional<String> wrong(String key) {
    if (all().contains(key)) {
      return Optional.empty();
    }
    if (key.startsWith("seamark.")) {
      boolean grouped = GROUPS.stream().anyMatch(key::startsWith);
      return grouped || near(key, all()) ? Optional.of(rule(key)) : Optional.empty();
    }
    if (key.startsWith("SEAMARK_") && key.equals(key.toUpperCase(Locale.ROOT))) {
      List<String> variables = all().stream().map(WrittenKeys::variable).toList();
      return !variables.contains(key) && near(key, variables)
          ? NearestName.of(key, variables).map(name -> "did you mean " + name + "?")
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean near(String key, List<String> right) {
    return right.stream().anyMatch(name -> NearestName.distance(key, name) <= NEAR);
  }

  private static boolean ofPlugin(String key) {
    return PluginKind.ALL.stream().anyMatch(kind -> key.startsWith(kind.id() + "."));
  }

  private static String rule(String key) {
    return "a key is KIND.NAME.PARAMETER with one of the kinds "
        + String.join(", ", PluginKind.ALL.stream().map(PluginKind::id).toList())
        + "; or seamark.KIND; or one of "
        + String.join(", ", OWN)
        + NearestName.of(key, all()).map(name -> " (did you mean " + name + "?)").orElse("");
  }
}
