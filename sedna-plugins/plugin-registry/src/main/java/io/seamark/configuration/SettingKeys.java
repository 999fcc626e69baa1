package io.seamark.configuration;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.NearestName;
import io.seamark.registry.WrittenKeys;
import io.seamark.setting.SettingGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
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
      SettingGroup.ALL.stream().flatMap(group -> group.declared().keySet().stream()).toList();

  /** Beginnings that belong to Seamark, such as {@code seamark.training.}. */
  private static final Set<String> GROUPS =
      OWN.stream()
          .filter(key -> key.chars().filter(c -> c == '.').count() > 1)
          .map(key -> key.substring(0, key.indexOf('.', key.indexOf('.') + 1) + 1))
          .collect(Collectors.toUnmodifiableSet());

  /** Letters that may be wrong in a key that is taken for one of ours. */
  private static final int NEAR = 2;

  private SettingKeys() {}

  /**
   * How settings are read: nobody else asks a configuration for one.
   *
   * @param config where they are
   * @return gives the value of a declared key, empty if it is not set, and throws {@link
   *     IllegalArgumentException} for a key that is declared nowhere
   */
  public static Function<String, Optional<String>> lookup(Config config) {
    return key -> {
      if (!all().contains(key) && !ofPlugin(key) && !told(key)) {
        throw new IllegalArgumentException(key + " is read, but declared nowhere");
      }
      return config.getOptionalValue(key, String.class);
    };
  }

  private static boolean told(String key) {
    return SettingGroup.TOLD.stream().anyMatch(group -> group.declared().containsKey(key));
  }

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
   * The wrong keys among those of every source, as far as they are meant for Seamark, and the wrong
   * values of settings.
   *
   * @param config any
   * @return one line for each
   */
  public static List<String> failures(Config config) {
    List<String> failures = new ArrayList<>();
    for (String key : WrittenKeys.of(config)) {
      wrong(key).ifPresent(rule -> failures.add(key + " is set, but " + rule));
    }
    for (SettingGroup<?> group : SettingGroup.ALL) {
      group.read(lookup(config), failures);
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
