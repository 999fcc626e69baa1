package io.seamark.run;

import io.seamark.buffer.BufferOptions;
import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.DeviceFolders;
import io.seamark.cli.JsonLine;
import io.seamark.cli.LogLines;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.Seamark;
import io.seamark.cli.Settings;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Verb;
import io.seamark.edge.EdgeOptions;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.SeenTaskInference;
import io.seamark.edge.upload.CloudLink;
import io.seamark.host.NamedPath;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.unknown.segment.SamFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--frames",
      paramLabel = "N",
      description = "Stop after this many frames; the procedural street drifts over as many.")
  private @Nullable Integer frames;

  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description =
          "A folder with SAM's two ONNX graphs, with generator.json where they need it. Default:"
              + " the embedded segmenter.")
  private @Nullable Path sam;

  @Option(names = "--hem", paramLabel = "NAME", description = "Hard-example miner.")
  private @Nullable String hem;

  @Option(names = "--fusion", paramLabel = "NAME", description = "Mask fusion.")
  private @Nullable String fusion;

  @Option(
      names = "--retain",
      paramLabel = "FOLDER[:GLOB,GLOB]",
      description =
          "Labelled frames that the model knows, so that training does not forget them; labels in"
              + " FOLDERannot. 'none' for none. Default: procedural ones for the embedded model,"
              + " none for another.")
  private @Nullable String retain;

  @Option(
      names = "--retain-labels",
      paramLabel = "DIR",
      description = "Where the labels of --retain are, if not in FOLDERannot.")
  private @Nullable Path retainLabels;

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
      defaultValue = "seamark-out",
      description =
          "Report, summary, models, buffer. A former run's folder is replaced, any other that is"
              + " not empty is refused. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-out");

  /** Made by the service loader. */
  public RunVerb() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    var registry = common.registry();
    Map<String, String> chosen = new LinkedHashMap<>();
    source.configure(registry, chosen);
    model.configure(chosen);
    choose(chosen);
    CommonOptions.Workplace workplace = common.open(registry, chosen, cloudDefaults());
    ConfiguredPlugins plugins = workplace.plugins();
    PluginKind.ALL.forEach(plugins::effective);
    checkCloudInputs(workplace);
    Path initial = ModelOptions.file(workplace, DeviceFolders.cache());
    ModelOptions.describe(initial);
    ModelOptions.checkMiner(initial, plugins);
    // Opened for its message alone: nothing may start before the source is known to work.
    SourceOptions.open(plugins).close();
    List<URI> named = cloud == null ? List.of() : addresses(cloud);
    int[] ports = ports();
    RunFolder folder = RunFolder.prepare(out);
    LogLines.alsoTo(folder.logs().resolve("edge.log"), !common.verbose());
    Run run =
        new Run(
            new Run.Order(
                common,
                workplace,
                folder,
                out,
                initial,
                frames == null ? Integer.MAX_VALUE : frames,
                port,
                Duration.ofSeconds(waitSeconds),
                keepCloud));
    AtomicReference<@Nullable LibertyCloud> started = new AtomicReference<>();
    Map<String, Object> summary =
        run.execute(
            () -> {
              if (!named.isEmpty()) {
                return new Cloud.Remote(named.get(0), named.get(named.size() - 1));
              }
              LibertyCloud liberty =
                  LibertyCloud.start(folder, cloudSettings(workplace, folder), ports, keepCloud);
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
    return Seamark.DONE;
  }

  /** The services of a run share its folder, so its cloud can look again with what serves. */
  private Map<String, String> cloudDefaults() {
    return cloud != null ? Map.of() : ModelOptions.cloudLooksWith(RunFolder.champion(out));
  }

  private void choose(Map<String, String> chosen) {
    if (hem != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), hem);
    }
    if (fusion != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.MASK_FUSION), fusion);
    }
    if (sam != null) {
      chosen.put("seamark.sam", sam.toString());
    }
    if (retain != null) {
      chosen.put("seamark.retain", retain);
    }
    if (retainLabels != null) {
      chosen.put("seamark.retain.labels", retainLabels.toString());
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
  }

  /** What only the services read is checked here too, before they are started in vain. */
  private static void checkCloudInputs(CommonOptions.Workplace workplace) {
    String segmenter = workplace.text("seamark.sam");
    if (!segmenter.isEmpty()) {
      try {
        SamFolder.find(
            NamedPath.of(segmenter), workplace.text("mask_generator.segment_anything.variant"));
      } catch (IOException e) {
        throw new IllegalArgumentException("--sam: " + Seamark.message(e), e);
      }
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
    String[] two = text.split(",");
    int[] ports = {Integer.parseInt(two[0]), Integer.parseInt(two[1])};
    for (int one : ports) {
      if (one > 65535) {
        throw new IllegalArgumentException("port " + one + " is out of range: must be 0 to 65535");
      }
    }
    return ports;
  }

  /** The settings that the services share with this command, with paths that hold everywhere. */
  private static Map<String, String> cloudSettings(
      CommonOptions.Workplace workplace, RunFolder folder) {
    List<String> kinds = PluginKind.ALL.stream().map(PluginKind::id).toList();
    String sources = PluginKind.SAMPLE_SOURCE.id();
    Map<String, String> settings = new TreeMap<>();
    for (String key : workplace.config().getPropertyNames()) {
      boolean ofPlugin = kinds.stream().anyMatch(kind -> key.startsWith(kind + "."));
      boolean ours =
          key.startsWith("seamark.")
              && !key.startsWith("seamark.edge.")
              && !key.equals("seamark.home")
              && !key.equals("seamark.terminal");
      boolean aboutSources =
          key.startsWith(sources + ".")
              || key.equals(ConfiguredPlugins.selectionKey(PluginKind.SAMPLE_SOURCE));
      if ((ofPlugin || ours) && !aboutSources) {
        String value = workplace.text(key);
        if (!value.isEmpty()) {
          settings.put(key, value);
        }
      }
    }
    settings.put("seamark.data", folder.root().toString());
    settings.put("seamark.seed", Long.toString(workplace.seed()));
    absolute(settings, "seamark.sam");
    absolute(settings, "seamark.plugins");
    absolute(settings, "seamark.ianvs.algorithm");
    absolute(settings, "seamark.retain.labels");
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
    return settings;
  }

  private static void absolute(Map<String, String> settings, String key) {
    settings.computeIfPresent(key, (k, value) -> NamedPath.of(value).toAbsolutePath().toString());
  }

  static EdgeRuntime.Parts parts(
      CommonOptions.Workplace workplace, Path initial, RunFolder folder, Cloud services) {
    ConfiguredPlugins plugins = workplace.plugins();
    var config = workplace.config();
    String name = workplace.text("seamark.edge.name");
    EdgeOptions options =
        new EdgeOptions(
            // A run against a cloud that has seen former runs must not pass for one of them.
            name.isEmpty() ? EDGE + "-" + Long.toHexString(System.currentTimeMillis()) : name,
            plugins.name(PluginKind.HARD_EXAMPLE_MINING),
            Settings.real(config, "seamark.edge.jpeg-quality", 0.95, 0.1, 1),
            (int) Settings.number(config, "seamark.edge.window", 4, 0, 1_000_000),
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
        Duration.ofSeconds(Settings.number(config, "seamark.edge.sync.interval", 2, 1, 86_400)),
        Settings.number(config, "seamark.edge.model.max-bytes", 1L << 30, 1, Long.MAX_VALUE),
        new CloudLink.Options(
            Duration.ofMillis(250), Duration.ofSeconds(5), Duration.ofMinutes(2), 64 << 20),
        BufferOptions.outboxDefaults()
            .withMaxBytes(
                Settings.number(
                    config, "seamark.edge.outbox.max-bytes", 1L << 30, 1 << 20, Long.MAX_VALUE)));
  }
}
