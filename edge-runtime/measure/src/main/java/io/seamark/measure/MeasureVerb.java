package io.seamark.measure;

import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.EdgeParts;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.OpenedSource;
import io.seamark.cli.Progress;
import io.seamark.cli.Seamark;
import io.seamark.cli.SourceOptions;
import io.seamark.cli.Table;
import io.seamark.cli.Verb;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.host.FolderTree;
import io.seamark.host.TemporaryFolder;
import io.seamark.measure.Measurement.Machine;
import io.seamark.measure.Measurement.Stage;
import io.seamark.measure.Measurement.Traffic;
import io.seamark.measure.Measurement.Use;
import io.seamark.plugin.PluginKind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark measure}. */
@Command(
    name = "measure",
    description = {
      "Measures a device: times of each stage, traffic, processor, memory, heat and throttling.",
      "",
      "Runs the edge loop over a stream, with a cloud or without, and writes measure.json and"
          + " measure.html to --out. 'seamark report --compare A B' puts two of them side by side."
    })
public final class MeasureVerb implements Verb {
  /** Stages by name, in the order in which they happen to a frame. */
  static final List<String> STAGES = List.of("capture", "inference", "mining", "answer", "cloud");

  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(names = "--hem", paramLabel = "NAME", description = "Hard-example miner.")
  private @Nullable String hem;

  @Option(
      names = "--cloud",
      paramLabel = "URL",
      description = "Address of unknown-task-processing. Without it nothing is sent.")
  private @Nullable String cloud;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "200",
      description = "Frames to count, if the source has as many. Default: ${DEFAULT-VALUE}.")
  private int frames = 200;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "20",
      description = "Frames that are answered first and not counted. Default: ${DEFAULT-VALUE}.")
  private int warmUp = 20;

  @Option(
      names = "--fps",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Frames a second, as a camera would give them; 0 for as fast as it goes. Default:"
              + " ${DEFAULT-VALUE}.")
  private double fps;

  @Option(
      names = "--drain",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait for the cloud's last answers. Default: ${DEFAULT-VALUE}.")
  private int drainSeconds = 60;

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      description = "What to call this machine. Default: what the board calls itself.")
  private @Nullable String label;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "seamark-measure",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-measure");

  /** Made by the service loader. */
  public MeasureVerb() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    check("--frames", frames, 1, 1_000_000);
    check("--warm-up", warmUp, 0, 1_000_000);
    if (!(fps >= 0 && fps <= 1000)) {
      throw new IllegalArgumentException("--fps is " + fps + ", but must be from 0 to 1000");
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    var registry = common.registry();
    source.configure(registry, chosen);
    model.configure(chosen);
    if (hem != null) {
      chosen.put("seamark." + PluginKind.HARD_EXAMPLE_MINING.id(), hem);
    }
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    URI address = cloud == null ? null : Addresses.http("--cloud", cloud);
    Path state = Files.createTempDirectory(TemporaryFolder.path(), "seamark-measure-");
    try (OpenedSource opened = SourceOptions.open(workplace.plugins());
        OutputFolder folder = OutputFolder.open(out, workplace.inputs())) {
      folder.check(List.of(MeasurementPage.JSON, MeasurementPage.HTML));
      EdgeRuntime.Parts parts = EdgeParts.of(workplace, state, address, null);
      Measurement measured = measure(workplace, opened, parts);
      String json = JsonLine.of(measured);
      folder.write(MeasurementPage.HTML, MeasurementPage.of(List.of(measured)));
      folder.write(MeasurementPage.JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
      tell(measured, json);
    } finally {
      FolderTree.delete(state);
    }
    return Seamark.DONE;
  }

  private static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          option + " is " + value + ", but must be from " + least + " to " + most);
    }
  }

  private Measurement measure(
      CommonOptions.Workplace workplace, OpenedSource opened, EdgeRuntime.Parts parts)
      throws IOException, InterruptedException {
    Board board = new Board(Path.of("/"));
    AtomicReference<@Nullable Runnable> first = new AtomicReference<>();
    try (Progress progress = new Progress("measure", warmUp + (long) frames, common.err())) {
      MeasuredStream stream =
          new MeasuredStream(
              opened,
              warmUp,
              frames,
              fps,
              () -> {
                Runnable begin = first.get();
                if (begin != null) {
                  begin.run();
                }
              },
              () -> progress.step(""));
      String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
      AtomicReference<EdgeMetrics.@Nullable Totals> before = new AtomicReference<>();
      try (EdgeRuntime runtime = new EdgeRuntime(parts, stream);
          MomentLog log = new MomentLog(board, stream)) {
        first.set(
            () -> {
              before.set(runtime.metrics().totals());
              log.start();
            });
        opened.begin(parts.initial(), workplace.plugins(), common.err());
        runtime.start();
        runtime.run(stream);
        log.look();
        Double cores = log.cores(stream.seconds());
        runtime.drain(Duration.ofSeconds(drainSeconds));
        opened.end(common.err());
        EdgeMetrics.Totals from = before.get();
        if (from == null || stream.answer.count() == 0) {
          throw new IOException(
              "no frame was counted: the source has no more than the "
                  + warmUp
                  + " frames of --warm-up that can be labelled");
        }
        EdgeMetrics.Totals to = runtime.metrics().totals();
        ProcessResources resources = ProcessResources.now();
        return new Measurement(
            Measurement.FORMAT,
            label == null ? board.name().orElse(System.getProperty("os.arch", "?")) : label,
            started,
            machine(board),
            software(),
            new Measurement.Stream(
                workplace.plugins().name(PluginKind.SAMPLE_SOURCE),
                stream.content(),
                stream.width(),
                stream.height(),
                warmUp,
                stream.answer.count(),
                stream.skipped(),
                stream.seconds(),
                fps,
                stream.late(),
                DurableFiles.sha256(runtime.model().file()),
                runtime.model().version(),
                workplace.plugins().name(PluginKind.HARD_EXAMPLE_MINING),
                workplace.threads(),
                cloud != null),
            stages(stream),
            new Traffic(
                to.hard() - from.hard(),
                to.answers() - from.answers(),
                runtime.pending(),
                to.bytesUp() - from.bytesUp(),
                to.bytesDown() - from.bytesDown()),
            new Use(
                cores,
                MomentLog.finite(resources.residentBytes() / 1e6),
                MomentLog.finite(resources.peakResidentBytes() / 1e6),
                log.hottest(),
                log.slowest(),
                board.throttled()),
            log.moments(),
            notes(stream));
      }
    }
  }

  private List<String> notes(MeasuredStream stream) {
    List<String> notes = new ArrayList<>(stream.notes());
    if (stream.answer.count() < frames) {
      notes.add(
          "the source had " + stream.answer.count() + " of the " + frames + " frames asked for");
    }
    return notes;
  }

  private static Machine machine(Board board) {
    OptionalLong memory = board.memory();
    return new Machine(
        board.name().orElse(null),
        System.getProperty("os.arch", "unknown"),
        Runtime.getRuntime().availableProcessors(),
        memory.isPresent() ? memory.getAsLong() / 1e6 : null);
  }

  private static Map<String, String> software() {
    Map<String, String> versions = new TreeMap<>();
    String version = Seamark.class.getPackage().getImplementationVersion();
    versions.put("seamark", version == null ? "development" : version);
    versions.put("java", System.getProperty("java.runtime.version", "unknown"));
    versions.put("vm", System.getProperty("java.vm.name", "unknown"));
    versions.put(
        "system",
        System.getProperty("os.name", "unknown") + " " + System.getProperty("os.version", ""));
    return versions;
  }

  private static Map<String, Stage> stages(MeasuredStream stream) {
    Map<String, Stage> stages = new LinkedHashMap<>();
    List<Times> times =
        List.of(stream.capture, stream.inference, stream.mining, stream.answer, stream.cloud);
    for (int i = 0; i < times.size(); i++) {
      String name = STAGES.get(i);
      times.get(i).stage().ifPresent(stage -> stages.put(name, stage));
    }
    return stages;
  }

  private void tell(Measurement measured, String json) {
    Table table = new Table("stage", "frames", "p50 ms", "p90 ms", "p99 ms", "max ms");
    for (String name : STAGES) {
      Stage stage = measured.stages().get(name);
      if (stage != null) {
        table.row(
            name,
            Long.toString(stage.count()),
            Table.figure(stage.p50(), 2),
            Table.figure(stage.p90(), 2),
            Table.figure(stage.p99(), 2),
            Table.figure(stage.max(), 2));
      }
    }
    common.out().println(table);
    common
        .out()
        .printf(
            "%d frames of %dx%d in %.1f s, %d late; %d hard, %.1f MB up, %.1f MB down%n",
            measured.stream().frames(),
            measured.stream().width(),
            measured.stream().height(),
            measured.stream().seconds(),
            measured.stream().late(),
            measured.traffic().hard(),
            measured.traffic().bytesUp() / 1e6,
            measured.traffic().bytesDown() / 1e6);
    common.out().println("report: " + out.resolve(MeasurementPage.HTML));
    if (common.json()) {
      common.out().println(json);
    }
  }
}
