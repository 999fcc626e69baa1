package io.seamark.cli;

import io.seamark.configuration.ConfigurationSources;
import io.seamark.configuration.SettingKeys;
import io.seamark.host.NamedPath;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.CommonSettings;
import io.seamark.setting.SettingGroup;
import io.seamark.text.PlainPrinter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every verb has, and what they make: configuration and plugins. */
public final class CommonOptions {
  private static final String PLUGINS = "seamark.plugins";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  @SuppressWarnings("unused") // For picocli, which shows the help.
  private boolean help;

  @Option(
      names = "--set",
      paramLabel = "KIND.NAME.PARAMETER=VALUE",
      description =
          "A plugin's hyperparameter, or another configuration key such as"
              + " seamark.training.steps. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A properties file with the same keys. The command line goes before system properties,"
              + " these before the environment (Sedna's variables last), that before the file, and"
              + " the file before --algorithm.")
  private @Nullable Path config;

  @Option(
      names = "--algorithm",
      paramLabel = "FILE",
      description =
          "Ianvs's algorithm.yaml: its modules choose plugins, their hyperparameters set them.")
  private @Nullable Path algorithm;

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "A folder of plugins, besides the built-in ones: each jar or folder of jars in it is"
              + " one.")
  private @Nullable Path plugins;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Every random choice derives from it. Default: 1.")
  private @Nullable Long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that one computation may use. Default: the processors, at most 4.")
  private @Nullable Integer threads;

  @Option(
      names = "--json",
      description = "Make the last line of standard output one JSON object with the figures.")
  private boolean json;

  @Option(names = "--verbose", description = "Log what happens; show stack traces with errors.")
  private boolean verbose;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  private @Nullable PrintWriter out;
  private @Nullable PrintWriter err;

  /** Made by picocli. */
  public CommonOptions() {}

  /**
   * Whether the figures are wanted as JSON.
   *
   * @return true with {@code --json}
   */
  public boolean json() {
    return json;
  }

  /**
   * Whether detail is wanted.
   *
   * @return true with {@code --verbose}
   */
  public boolean verbose() {
    return verbose;
  }

  /**
   * Standard output. A string that is printed as a line is one line, whatever it holds.
   *
   * @return of this command line
   */
  public PrintWriter out() {
    PrintWriter printer = out;
    if (printer == null) {
      printer = new PlainPrinter(command().commandLine().getOut());
      out = printer;
    }
    return printer;
  }

  /**
   * Standard error. A string that is printed as a line is one line, whatever it holds.
   *
   * @return of this command line
   */
  public PrintWriter err() {
    PrintWriter printer = err;
    if (printer == null) {
      printer = new PlainPrinter(command().commandLine().getErr());
      err = printer;
    }
    return printer;
  }

  /** These options again, for a process that is to see the same configuration. */
  List<String> arguments() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String key : System.getProperties().stringPropertyNames()) {
      if (SettingKeys.failures("", List.of(key)).isEmpty()) {
        all.put(key, System.getProperty(key));
      }
    }
    all.putAll(explicit(Map.of()));
    List<String> arguments = new ArrayList<>();
    all.forEach(
        (key, value) -> {
          arguments.add("--set");
          arguments.add(key + "=" + value);
        });
    if (config != null) {
      arguments.add("--config");
      arguments.add(config.toString());
    }
    return arguments;
  }

  private CommandSpec command() {
    CommandSpec s = spec;
    if (s == null) {
      throw new IllegalStateException("options are read before they are parsed");
    }
    return s;
  }

  /**
   * Finds the plugins.
   *
   * @return built-in ones and those of {@code --plugins} or {@code seamark.plugins}
   * @throws IllegalArgumentException if the folder is missing or the configuration is wrong
   */
  public PluginRegistry registry() {
    return registry(pluginFolder());
  }

  /** The same with plugins from elsewhere. */
  PluginRegistry registry(@Nullable Path folder) {
    return PluginRegistry.discover(folder, CommonOptions.class.getClassLoader());
  }

  /** The folder of plugins that are not built in; null for none. */
  @Nullable Path pluginFolder() {
    Config all = Settings.build(explicit(Map.of()), config, Map.of());
    Path named = SettingGroup.COMMON.read(SettingKeys.lookup(all)).plugins();
    return named.toString().isEmpty() ? null : named;
  }

  private Map<String, String> explicit(Map<String, String> chosen) {
    Map<String, String> explicit = new LinkedHashMap<>(chosen);
    if (seed != null) {
      explicit.put("seamark.seed", seed.toString());
    }
    if (threads != null) {
      explicit.put("seamark.threads", threads.toString());
    }
    if (plugins != null) {
      explicit.put(PLUGINS, plugins.toString());
    }
    if (algorithm != null) {
      explicit.put(ConfigurationSources.ALGORITHM, algorithm.toString());
    }
    explicit.putAll(settings);
    return explicit;
  }

  /**
   * Puts the configuration together and checks every plugin setting.
   *
   * @param registry the plugins
   * @param chosen what the verb's own options say, by key; an explicit {@code --set} of the same
   *     key wins
   * @param defaults what this verb's defaults are, by key
   * @return ready to make plugins
   * @throws IllegalArgumentException if anything is wrong: all failures at once
   */
  public Workplace open(
      PluginRegistry registry, Map<String, String> chosen, Map<String, String> defaults) {
    LogLines.configure(verbose);
    Map<String, String> explicit = explicit(chosen);
    Config all = Settings.build(explicit, config, defaults);
    List<String> failures = new ArrayList<>(SettingKeys.failures("--set", settings.keySet()));
    SettingKeys.failures(all).stream()
        .filter(line -> settings.keySet().stream().noneMatch(k -> line.startsWith(k + " is set")))
        .forEach(failures::add);
    // What is wrong with it is among the failures.
    CommonSettings read = SettingGroup.COMMON.read(SettingKeys.lookup(all), new ArrayList<>());
    CommonSettings common = read == null ? SettingGroup.COMMON.defaults() : read;
    ConfiguredPlugins configured = null;
    try {
      configured =
          new ConfiguredPlugins(
              registry, all, fallbacks(common), common.seed(), common.computing());
    } catch (IllegalArgumentException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
    if (configured == null || !failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
    return new Workplace(all, Map.copyOf(explicit), registry, configured, common);
  }

  /** What a plugin finds where its own hyperparameter is not set. */
  private static Map<String, String> fallbacks(CommonSettings common) {
    String sam = common.sam().toString();
    return sam.isEmpty() ? Map.of() : Map.of("mask_generator.segment_anything.folder", sam);
  }

  /**
   * What a verb works with.
   *
   * @param config every setting
   * @param explicit those of the command line alone, by key
   * @param registry every plugin
   * @param plugins the configured ones
   * @param common what every program reads
   */
  public record Workplace(
      Config config,
      Map<String, String> explicit,
      PluginRegistry registry,
      ConfiguredPlugins plugins,
      CommonSettings common) {
    /**
     * What every random choice derives from.
     *
     * @return any number
     */
    public long seed() {
      return common.seed();
    }

    /**
     * The threads of one computation.
     *
     * @return at least 1
     */
    public int threads() {
      return common.computing();
    }

    /**
     * The settings of a part. All are checked by now.
     *
     * @param group the part's
     * @param <R> the record that declares them
     * @return what holds
     */
    public <R extends Record> R settings(SettingGroup<R> group) {
      return group.read(SettingKeys.lookup(config));
    }

    /**
     * What is written for a key.
     *
     * @param key one that is declared
     * @return empty if it is not set
     */
    public String text(String key) {
      return SettingKeys.lookup(config).apply(key).orElse("").strip();
    }

    /**
     * A setting, as those who read several take it.
     *
     * @param key its key
     * @return empty if it is not set, or set to nothing
     */
    public Optional<String> setting(String key) {
      return Optional.of(text(key)).filter(value -> !value.isEmpty());
    }

    /**
     * What is read from, by the option that names it: no output folder may be one of these.
     *
     * @return folders; of the edge model, the one that it is in
     */
    public Map<String, Path> inputs() {
      Map<String, Path> inputs = new LinkedHashMap<>();
      String folder = PluginKind.SAMPLE_SOURCE.id() + ".image_folder.";
      input(inputs, "--images", text(folder + "folder"));
      input(inputs, "--labels", text(folder + "labels"));
      input(inputs, "--depth", text(folder + "depth"));
      input(inputs, "--sam", text("seamark.sam"));
      input(
          inputs,
          PluginKind.MASK_GENERATOR.id() + ".segment_anything.folder",
          text(PluginKind.MASK_GENERATOR.id() + ".segment_anything.folder"));
      input(inputs, "--plugins", text(PLUGINS));
      String model = text("seamark.edge.model");
      if (!model.isEmpty()) {
        Path file = NamedPath.of(model);
        Path parent = file.toAbsolutePath().getParent();
        inputs.put("the folder of --edge-model", parent == null ? file : parent);
      }
      return inputs;
    }

    private static void input(Map<String, Path> inputs, String option, String named) {
      if (!named.isEmpty()) {
        inputs.put(option, NamedPath.of(named));
      }
    }

    /**
     * The plugins where what configuration leaves unset has other values. What is set to nothing
     * stays nothing.
     *
     * @param fallbacks value by key
     * @return the same choice of plugins
     * @throws IllegalArgumentException with one line for each wrong value
     */
    public ConfiguredPlugins plugins(Map<String, String> fallbacks) {
      Map<String, String> all = new HashMap<>(fallbacks(common));
      fallbacks.forEach(
          (key, value) -> {
            if (config.getConfigValue(key).getSourceName() == null) {
              all.put(key, value);
            }
          });
      return new ConfiguredPlugins(registry, config, all, seed(), threads());
    }
  }
}
