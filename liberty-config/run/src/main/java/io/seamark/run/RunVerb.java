package io.seamark.run;

import io.seamark.buffer.BufferOptions;
import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.EdgeParts;
import io.seamark.cli.JsonLine;
import io.seamark.cli.LogLines;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Verb;
import io.seamark.cloud.CloudSettings;
import io.seamark.cloud.RetainOptions;
import io.seamark.cloud.UnknownTaskOptions;
import io.seamark.edge.EdgeAudit;
import io.seamark.edge.EdgeEndpoint;
import io.seamark.edge.EdgeOptions;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.upload.ArrowProtocol;
import io.seamark.edge.upload.CloudLink;
import io.seamark.host.CacheFolder;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.LearningSettings;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.SettingGroup;
import io.seamark.source.ImageFiles;
import io.seamark.source.ImageFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark run}. */
@Command(
    name = "run",
    description = {
      "The whole loop: starts the cloud's services unless --cloud names some, streams the source"
          + " through an edge, waits for training and update, judges, and writes a report with"
          + " pictures.",
      "",
      "Without options it runs on the embedded procedural street with the embedded models.",
      "",
      "Labels only score. Hard frames train on the cloud's answers; true labels train where"
          + " --retain names frames that the model knows already."
    })
public final class RunVerb implements Verb {
  static final String EDGE = "edge";

  /** A source that is no camera waits for the cloud, and a run is over soon. */
  private static final Map<String, String> EDGE_DEFAULTS =
      Map.of("seamark.edge.window", "4", "seamark.edge.sync.interval", "2");

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private UnknownTaskOptions unknownTasks = new UnknownTaskOptions();
  @Mixin private RetainOptions retained = new RetainOptions();

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Stop after this many frames; the procedural street drifts over as many.")
  private @Nullable Integer frames;

  @Option(names = "--hem", paramLabel = "NAME", description = "Hard-example miner.")
  private @Nullable String hem;

  @Option(
      names = "--cloud",
      paramLabel = "URL[,URL]",
      description =
          "Use these services: unknown-task-processing and knowledge-management, or one address"
              + " that has both.")
  private @Nullable String cloud;

  @Option(
      names = "--cloud-ports",
      paramLabel = "N,N",
      description = "Ports of the two services that are started. Default: free ones.")
  private @Nullable String cloudPorts;

  @Option(
      names = "--keep-cloud",
      description = "At the end, leave the services running until Ctrl-C.")
  private boolean keepCloud;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Open the edge's /metrics and /health on this port; 0 for any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "1800",
      description =
          "Longest wait at the end of the stream for the cloud's last answers, and again for its"
              + " training. Default: ${DEFAULT-VALUE}.")
  private int waitSeconds = 1800;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Report, summary, models, buffer: a new or empty folder, or with --overwrite a former"
              + " run's. Default: seamark-out, or where that holds a former run, seamark-out-2 and"
              + " so on.")
  private @Nullable Path out;

  @Option(
      names = "--overwrite",
      description =
          "Replace a former run in --out, once the new one is complete. Other files in it stay.")
  private boolean overwrite;

  /** Made by the service loader. */
  public RunVerb() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    var registry = common.registry();
    Map<String, String> chosen = new LinkedHashMap<>();
    source.configure(registry, chosen);
    model.configure(chosen);
    unknownTasks.configure(chosen);
    retained.configure(chosen);
    choose(chosen);
    // Everything is checked before the folder is taken over: nothing may start in vain.
    CommonOptions.Workplace checked = common.open(registry, chosen, EDGE_DEFAULTS);
    ConfiguredPlugins plugins = checked.plugins();
    PluginKind.ALL.forEach(plugins::effective);
    CloudSettings.check(checked);
    Path initial = ModelOptions.file(checked, CacheFolder.path());
    ModelOptions.describe(initial, plugins);
    ModelOptions.checkMiner(initial, plugins);
    SourceOptions.open(plugins).close();
    List<URI> named = cloud == null ? List.of() : addresses(cloud);
    int[] ports = ports();
    checkPort();
    if (named.isEmpty()) {
      LibertyCloud.check(ports);
      checkServices(checked, initial);
    }
    try (RunFolder folder = RunFolder.open(out, overwrite, inputs(checked, initial))) {
      if (out == null && !folder.named().equals(RunFolder.DEFAULT)) {
        common.err().println("results go to " + folder.named());
        common.err().flush();
      }
      CommonOptions.Workplace workplace =
          named.isEmpty() ? common.open(registry, chosen, cloudDefaults(folder)) : checked;
      LogLines.alsoTo(folder.logs().resolve("edge.log"), !common.verbose());
      run(workplace, folder, initial, named, ports);
    }
    return Seamark.DONE;
  }

  private void run(
      CommonOptions.Workplace workplace,
      RunFolder folder,
      Path initial,
      List<URI> named,
      int[] ports)
      throws IOException, InterruptedException {
    Run run =
        new Run(
            new Run.Order(
                common,
                workplace,
                folder,
                initial,
                frames == null ? Integer.MAX_VALUE : frames,
                port,
                Duration.ofSeconds(waitSeconds),
                keepCloud));
    AtomicReference<@Nullable LibertyCloud> started = new AtomicReference<>();
    RunSummary summary =
        run.execute(
            () -> {
              if (!named.isEmpty()) {
                return new Cloud.Remote(named.get(0), named.get(named.size() - 1));
              }
              LibertyCloud liberty =
                  LibertyCloud.start(
                      folder, CloudSettings.of(workplace, folder.root()), ports, keepCloud);
              started.set(liberty);
              return liberty;
            });
    if (common.json()) {
      common.out().println(JsonLine.of(summary));
      common.out().flush();
    }
    LibertyCloud liberty = started.get();
    if (keepCloud && liberty != null) {
      liberty.linger(common.err());
    }
  }

  /**
   * The services of a run share its folder, so its cloud can look again with what serves; and they
   * are its own, so that nobody's requests need to be held off.
   */
  private static Map<String, String> cloudDefaults(RunFolder folder) {
    Map<String, String> defaults = new LinkedHashMap<>(EDGE_DEFAULTS);
    defaults.putAll(ModelOptions.cloudLooksWith(folder.champion()));
    defaults.put("seamark.training.min-interval", "0");
    return defaults;
  }

  private void choose(Map<String, String> chosen) {
    if (hem != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), hem);
    }
    if (frames != null) {
      if (frames < 1) {
        throw new IllegalArgumentException("--frames is " + frames + ", but must be at least 1");
      }
      chosen.put("sample_source.procedural_street.frames", frames.toString());
    }
    if (waitSeconds < 0) {
      throw new IllegalArgumentException("--wait is " + waitSeconds + ", but must be at least 0");
    }
    if (overwrite && keepCloud) {
      throw new IllegalArgumentException(
          "--overwrite replaces a former run once the new one is complete, which it is not while"
              + " --keep-cloud lets the services go on: name another folder with --out");
    }
  }

  /** Opens and closes what the services will open. */
  private static void checkServices(CommonOptions.Workplace workplace, Path initial) {
    LearningSettings.from(
        key -> key.equals("seamark.data") ? Optional.of(".") : workplace.setting(key));
    try {
      workplace
          .plugins(ModelOptions.cloudLooksWith(initial))
          .create(PluginKind.UNSEEN_TASK_PROCESSING)
          .close();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(Seamark.message(e), e);
    }
  }

  private void checkPort() {
    if (port != null) {
      new EdgeEndpoint("127.0.0.1", port, () -> false, () -> "", () -> "{}").close();
    }
  }

  /** Whatever is read, by the name of its option or setting. */
  private static Map<String, Path> inputs(CommonOptions.Workplace workplace, Path initial) {
    Map<String, Path> inputs = new LinkedHashMap<>(workplace.inputs());
    inputs.put("the edge model", initial);
    input(inputs, "--algorithm", workplace.text("seamark.ianvs.algorithm"));
    input(inputs, "--retain-labels", workplace.text("seamark.retain.labels"));
    String retained = workplace.text("seamark.retain");
    if (!retained.isEmpty()) {
      Path images = ImageFolder.Options.parse(retained).folder();
      input(inputs, "--retain", images.toString());
      input(inputs, "the labels of --retain", ImageFiles.labelsBeside(images).toString());
    }
    for (PluginKind<?> kind : PluginKind.ALL) {
      workplace.plugins().effective(kind).forEach((key, value) -> input(inputs, key, value));
    }
    return inputs;
  }

  /** A value may name a file, or something else that is none. */
  private static void input(Map<String, Path> inputs, String name, String value) {
    try {
      if (!value.isEmpty() && Files.exists(NamedPath.of(value))) {
        inputs.putIfAbsent(name, NamedPath.of(value));
      }
    } catch (IllegalArgumentException e) {
      // Then nothing is read there.
    }
  }

  private static List<URI> addresses(String text) {
    List<URI> addresses = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      addresses.add(Addresses.http("--cloud", one));
    }
    if (addresses.size() > 2) {
      throw new IllegalArgumentException(
          "--cloud names " + addresses.size() + " addresses, but takes one or two");
    }
    return addresses;
  }

  private int[] ports() {
    String text = cloudPorts;
    if (text == null) {
      return new int[] {0, 0};
    }
    if (!text.matches("\\d{1,5},\\d{1,5}")) {
      throw new IllegalArgumentException(
          "--cloud-ports is '" + text + "', but must be two port numbers such as 9081,9082");
    }
    String[] two = text.split(",", -1);
    int[] ports = {Integer.parseInt(two[0]), Integer.parseInt(two[1])};
    for (int one : ports) {
      if (one > 65535) {
        throw new IllegalArgumentException("port " + one + " is out of range: must be 0 to 65535");
      }
      if ((port != null && one != 0 && one == port) || (ports[0] != 0 && ports[0] == ports[1])) {
        throw new IllegalArgumentException(
            "port " + one + " is named twice: each service and the edge need one of their own");
      }
    }
    return ports;
  }

  static EdgeRuntime.Parts parts(
      CommonOptions.Workplace workplace, Path initial, RunFolder folder, Cloud services) {
    ConfiguredPlugins plugins = workplace.plugins();
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    String name = settings.name();
    EdgeOptions options =
        new EdgeOptions(
            // A run against a cloud that has seen former runs must not pass for one of them.
            name.isEmpty() ? EDGE + "-" + Long.toHexString(System.currentTimeMillis()) : name,
            plugins.name(PluginKind.HARD_EXAMPLE_MINING),
            settings.jpegQuality(),
            new EdgeAudit(settings.audit(), workplace.seed()),
            settings.window(),
            Duration.ofSeconds(60));
    return new EdgeRuntime.Parts(
        options,
        plugins.create(PluginKind.BASEMODEL),
        SeenTaskInference.Parts.of(plugins),
        initial,
        Run.INITIAL,
        plugins.create(PluginKind.HARD_EXAMPLE_MINING),
        folder.edge(),
        false,
        services.unknown(),
        services.knowledge(),
        Duration.ofSeconds(settings.syncInterval()),
        EdgeParts.shadow(settings),
        settings.modelMaxBytes(),
        new CloudLink.Options(
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2),
            64 << 20,
            new ArrowProtocol()),
        BufferOptions.outbox(settings.outboxMaxBytes()));
  }
}
