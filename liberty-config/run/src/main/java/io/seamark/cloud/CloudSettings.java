package io.seamark.cloud;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.configuration.SettingKeys;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.HyperparameterSpec;
import io.seamark.setting.HyperparameterType;
import io.seamark.setting.SettingGroup;
import io.seamark.unknown.segment.SamFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the services that a verb starts are told: the settings that they share with it. */
public final class CloudSettings {
  private CloudSettings() {}

  /**
   * The settings, with paths that hold from everywhere.
   *
   * @param workplace the verb's
   * @param data folder of the services' buffer and models
   * @return by configuration key
   */
  public static Map<String, String> of(CommonOptions.Workplace workplace, Path data) {
    List<String> kinds =
        PluginKind.ALL.stream()
            .filter(kind -> !kind.equals(PluginKind.SAMPLE_SOURCE))
            .map(PluginKind::id)
            .toList();
    String source = ConfiguredPlugins.selectionKey(PluginKind.SAMPLE_SOURCE);
    Map<String, String> settings = new TreeMap<>();
    for (String key : SettingKeys.all()) {
      if (!key.startsWith("seamark.edge.") && !key.equals(source)) {
        put(settings, key, workplace.text(key));
      }
    }
    for (String key : workplace.config().getPropertyNames()) {
      if (kinds.stream().anyMatch(kind -> key.startsWith(kind + "."))) {
        put(settings, key, workplace.text(key));
      }
    }
    settings.put("seamark.data", data.toAbsolutePath().toString());
    settings.put("seamark.seed", Long.toString(workplace.seed()));
    absolute(settings, "seamark.sam");
    absolute(settings, "seamark.plugins");
    absolute(settings, "seamark.ianvs.algorithm");
    absolute(settings, "seamark.retain.labels");
    absolute(settings, "seamark.knowledgebase.folder");
    absolute(settings, "seamark.training.job.template");
    for (PluginProvider<?, ?> provider : workplace.registry().providers()) {
      if (!provider.kind().equals(PluginKind.SAMPLE_SOURCE)) {
        absolute(settings, workplace.plugins(), provider);
      }
    }
    String initial = workplace.text("seamark.edge.model");
    if (!initial.isEmpty()) {
      settings.put("seamark.edge.model", NamedPath.of(initial).toAbsolutePath().toString());
    }
    settings.computeIfPresent(
        "seamark.retain",
        (key, value) ->
            value.equals("none") || value.equals("procedural")
                ? value
                : RetainedFolder.absolute(value));
    settings.computeIfPresent(
        "seamark.replica.buffers",
        (key, value) ->
            String.join(
                ",",
                List.of(value.split(",")).stream()
                    .map(String::strip)
                    .filter(one -> !one.isEmpty())
                    .map(one -> NamedPath.of(one).toAbsolutePath().toString())
                    .toList()));
    return settings;
  }

  private static void put(Map<String, String> settings, String key, String value) {
    if (!value.isEmpty()) {
      settings.put(key, value);
    }
  }

  /** Paths of a plugin, whoever set them: a variable reaches the services as it was written. */
  private static void absolute(
      Map<String, String> settings, ConfiguredPlugins plugins, PluginProvider<?, ?> provider) {
    Map<String, String> values = plugins.hyperparameters(provider);
    for (HyperparameterSpec spec : HyperparameterSpec.of(provider)) {
      String value = values.getOrDefault(spec.name(), "");
      if (spec.type() == HyperparameterType.PATH && !value.isEmpty()) {
        String prefix = provider.kind().id() + "." + provider.name() + ".";
        // Sedna's spelling of the name, which is the same variable.
        settings.remove(prefix + spec.name().replace('-', '_'));
        settings.put(prefix + spec.name(), value);
        absolute(settings, prefix + spec.name());
      }
    }
  }

  private static void absolute(Map<String, String> settings, String key) {
    settings.computeIfPresent(key, (k, value) -> NamedPath.of(value).toAbsolutePath().toString());
  }

  /**
   * The settings as environment variables, by MicroProfile Config's own rule.
   *
   * @param settings by configuration key
   * @return by variable
   */
  public static Map<String, String> environment(Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>();
    settings.forEach(
        (key, value) ->
            environment.put(key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT), value));
    return environment;
  }

  /**
   * The distribution that this process belongs to.
   *
   * @return the folder that holds {@code servers}
   * @throws IllegalArgumentException if it was started without one
   */
  public static Path distribution() {
    Path home =
        SettingGroup.LAUNCHER.read(key -> Optional.ofNullable(System.getProperty(key))).home();
    if (home.toString().isEmpty()) {
      throw new IllegalArgumentException(
          "the cloud's services are part of the distribution: start bin/seamark, or name a cloud"
              + " with --cloud");
    }
    return home;
  }

  /**
   * Checks what only the services read, before they are started in vain.
   *
   * @param workplace the verb's
   * @throws IllegalArgumentException if SAM, the model or the retained frames cannot be found
   */
  public static void check(CommonOptions.Workplace workplace) {
    String segmenter = workplace.text("seamark.sam");
    if (!segmenter.isEmpty()) {
      try {
        SamFolder.find(
            NamedPath.of(segmenter), workplace.text("mask_generator.segment_anything.variant"));
      } catch (IOException e) {
        throw new IllegalArgumentException("--sam: " + Seamark.message(e), e);
      }
    }
    String model = workplace.text("seamark.edge.model");
    if (!model.isEmpty()) {
      ModelOptions.describe(NamedPath.of(model), workplace.plugins());
    }
    String retained = workplace.text("seamark.retain");
    if (!retained.isEmpty() && !retained.equals("none") && !retained.equals("procedural")) {
      String labels = workplace.text("seamark.retain.labels");
      try {
        RetainedFolder.open(retained, labels.isEmpty() ? null : NamedPath.of(labels));
      } catch (IOException e) {
        throw new IllegalArgumentException(Seamark.message(e), e);
      }
    }
  }
}
