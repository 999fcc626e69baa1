package io.seamark.knowledge.job;

import io.seamark.configuration.SettingKeys;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.SettingGroup;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The settings that a round's Job shares with the service, as variables. */
final class JobSettings {
  /** What its arguments say, or what is the service's alone. */
  private static final Set<String> OWN =
      SettingGroup.TRAINING_JOB.declared().keySet().stream()
          .map(JobSettings::variable)
          .collect(Collectors.toSet());

  private JobSettings() {}

  /**
   * The settings among a process's variables.
   *
   * @param environment of the service
   * @return by name, sorted
   */
  static Map<String, String> of(Map<String, String> environment) {
    Set<String> keys =
        SettingKeys.all().stream().map(JobSettings::variable).collect(Collectors.toSet());
    Map<String, String> settings = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          boolean plugins =
              PluginKind.ALL.stream().anyMatch(kind -> name.startsWith(variable(kind.id()) + "_"));
          if (plugins || keys.contains(name)) {
            settings.put(name, value);
          }
        });
    settings.keySet().removeAll(OWN);
    settings.remove(variable(CommonSettings.DATA));
    // The folder that it works on is one of ours, and what it has judged is taken from there.
    settings.put(
        variable(ConfiguredPlugins.selectionKey(PluginKind.KNOWLEDGE_MANAGEMENT)), "local_folder");
    settings.merge(
        variable("seamark.models.rejected"), "1", (set, one) -> set.equals("0") ? one : set);
    return settings;
  }

  /** By MicroProfile Config's own rule. */
  private static String variable(String key) {
    return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }
}
