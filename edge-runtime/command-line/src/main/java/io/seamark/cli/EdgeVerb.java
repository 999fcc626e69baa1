package io.seamark.cli;

import io.seamark.durable.OutputFolder;
import io.seamark.edge.AnswerSink;
import io.seamark.edge.EdgeAnswer;
import io.seamark.edge.EdgeEndpoint;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.edge.upload.CloudAnswer;
import io.seamark.perception.ClassMap;
import io.seamark.perception.UnreadableSample;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginCatalogue;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code seamark edge}. */
@Command(
    name = "edge",
    description = {
      "The device's runtime alone, against a cloud or without one.",
      "",
      "Answers every frame of the source and writes the class maps to answers/ in --out; the"
          + " cloud's answer replaces the edge's when it comes. Hard frames wait in outbox/ for as"
          + " long as the cloud is away, also over a restart. answers/ keeps what former runs"
          + " wrote, and at most seamark.edge.answers.max-files of them: the oldest go,"
          + " counted as answers_dropped. A file there that seamark did not write, or that was"
          + " changed since, is never replaced."
    })
public final class EdgeVerb implements Verb {
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Option(names = "--hem", paramLabel = "NAME", description = "Hard-example miner.")
  private @Nullable String hem;

  @Option(
      names = "--cloud",
      paramLabel = "URL",
      description = "Address of unknown-task-processing. Without it the edge is on its own.")
  private @Nullable String cloud;

  @Option(
      names = "--knowledge",
      paramLabel = "URL",
      description = "Address of knowledge-management, for model updates.")
  private @Nullable String knowledge;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Open /metrics and /health on this port; 0 for any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address that --port is opened on. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--drain",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "At the end of the source, how long to wait for the cloud's last answers. Default:"
              + " ${DEFAULT-VALUE}.")
  private int drainSeconds = 60;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "seamark-edge-data",
      description = "Answers, outbox, models and log. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("seamark-edge-data");

  /** Made by the service loader. */
  public EdgeVerb() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> chosen = new LinkedHashMap<>();
    var registry = common.registry();
    source.configure(registry, chosen);
    model.configure(chosen);
    if (hem != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.HARD_EXAMPLE_MINING), hem);
    }
    CommonOptions.Workplace workplace = common.open(registry, chosen, Map.of());
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    for (String sub : List.of(EdgeAnswers.FOLDER, "models", "outbox")) {
      OutputFolder.refuseInputs(out.resolve(sub), workplace.inputs());
    }
    EdgeRuntime.Parts parts =
        EdgeParts.of(
            workplace,
            out,
            cloud == null ? null : Addresses.http("--cloud", cloud),
            knowledge == null ? null : Addresses.http("--knowledge", knowledge));
    try (OpenedSource frames = SourceOptions.open(workplace.plugins());
        OutputFolder folder = OutputFolder.open(out, workplace.inputs())) {
      SampleFiles files = new SampleFiles(folder, EdgeAnswers.FOLDER);
      files.check(frames.ids(), List.of(EdgeAnswers.ENDING));
      Files.createDirectories(out.resolve(EdgeAnswers.FOLDER));
      EdgeAnswers answers = new EdgeAnswers(files, folder.names(), settings.answersMaxFiles());
      run(workplace, frames, parts, new Answers(answers));
    }
    return Seamark.DONE;
  }

  private void run(
      CommonOptions.Workplace workplace,
      OpenedSource frames,
      EdgeRuntime.Parts parts,
      Answers answers)
      throws IOException, InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    try (EdgeRuntime runtime = new EdgeRuntime(parts, answers);
        Endpoint endpoint =
            new Endpoint(
                port == null
                    ? null
                    : new EdgeEndpoint(
                        host,
                        port,
                        runtime::running,
                        runtime::trouble,
                        () ->
                            PluginCatalogue.of(workplace.registry(), workplace.plugins()).json()));
        Progress progress = new Progress("edge", frames.size().orElse(-1), common.err())) {
      answers.show(progress, runtime);
      frames.begin(parts.initial(), workplace.plugins(), common.err());
      if (endpoint.open != null) {
        common.err().println("metrics and health on http://" + host + ":" + endpoint.open.port());
      }
      Thread stopping =
          new Thread(
              () -> {
                if (!ended.get()) {
                  runtime.stop();
                }
              },
              "seamark-stop");
      Runtime.getRuntime().addShutdownHook(stopping);
      runtime.start();
      runtime.run(frames);
      boolean drained = runtime.drain(Duration.ofSeconds(drainSeconds));
      ended.set(true);
      frames.end(common.err());
      tell(runtime, answers.files, drained, frames);
    }
  }

  /** The port, if wanted. */
  private record Endpoint(@Nullable EdgeEndpoint open) implements AutoCloseable {
    @Override
    public void close() {
      if (open != null) {
        open.close();
      }
    }
  }

  private void tell(
      EdgeRuntime runtime, EdgeAnswers answers, boolean drained, OpenedSource frames) {
    EdgeMetrics.Totals totals = runtime.metrics().totals();
    ProcessResources resources = ProcessResources.now();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("frames", totals.frames());
    figures.put("hard", totals.hard());
    figures.put("skipped", totals.skipped());
    figures.put("without_depth", frames.withoutDepth());
    figures.put("notes", frames.notes());
    figures.put("cloud_answers", totals.answers());
    figures.put("audited", totals.audited());
    figures.put("easy_agreement", totals.easyAgreement());
    figures.put("hard_agreement", totals.hardAgreement());
    figures.put("refused", totals.refused());
    figures.put("undelivered", runtime.pending());
    figures.put("answers", answers.files());
    figures.put("answers_dropped", answers.dropped());
    figures.put("answers_not_written", answers.kept());
    figures.put("bytes_up", totals.bytesUp());
    figures.put("bytes_down", totals.bytesDown());
    figures.put("model", runtime.model().version());
    figures.put("shadow", runtime.comparisons());
    figures.put("cpu_seconds", resources.cpuSeconds());
    figures.put("resident_mb", resources.residentBytes() / 1e6);
    figures.put("peak_resident_mb", resources.peakResidentBytes() / 1e6);
    figures.put("out", out.toString());
    common
        .out()
        .printf(
            "%d frames answered with model %s, %d hard, %d answered by the cloud, %d skipped%n",
            totals.frames(),
            runtime.model().version(),
            totals.hard(),
            totals.answers(),
            totals.skipped());
    if (totals.audited() + totals.answers() > 0) {
      common
          .out()
          .println(
              AgreementLine.of(
                  totals.audited(),
                  totals.easyAgreement(),
                  totals.answers(),
                  totals.hardAgreement()));
    }
    for (ShadowComparison compared : runtime.comparisons()) {
      common.out().println(compared.text());
    }
    if (answers.dropped() > 0) {
      common
          .err()
          .printf(
              "%d older answers went for newer ones: seamark.edge.answers.max-files says how many"
                  + " %s may hold%n",
              answers.dropped(), out.resolve(EdgeAnswers.FOLDER));
    }
    if (answers.kept() > 0) {
      common
          .err()
          .printf(
              "%d answers were not written to %s, where files stand that seamark did not write%n",
              answers.kept(), out.resolve(EdgeAnswers.FOLDER));
    }
    if (!drained) {
      common
          .err()
          .printf(
              "%d frames wait in %s for a cloud that answers%n",
              runtime.pending(), out.resolve("outbox"));
    }
    if (common.json()) {
      common.out().println(JsonLine.of(figures));
    }
  }

  /** Writes class maps, the newest answer to a frame last. */
  private static final class Answers implements AnswerSink {
    private final EdgeAnswers files;
    private @Nullable Progress progress;
    private @Nullable EdgeRuntime runtime;

    Answers(EdgeAnswers files) {
      this.files = files;
    }

    void show(Progress shown, EdgeRuntime of) {
      progress = shown;
      runtime = of;
    }

    @Override
    public void answered(EdgeAnswer answer) {
      write(answer.sample().id(), answer.prediction().classMap());
      step();
    }

    @Override
    public void improved(CloudAnswer answer) {
      write(answer.sample().id(), answer.answer().classMap());
    }

    @Override
    public void skipped(UnreadableSample item) {
      step();
    }

    private void step() {
      EdgeRuntime r = runtime;
      if (progress != null && r != null) {
        EdgeMetrics.Totals t = r.metrics().totals();
        progress.step(
            String.format(
                "hard %.0f%% model %s queue %d",
                t.frames() == 0 ? 0 : 100.0 * t.hard() / t.frames(),
                r.model().version(),
                r.pending()));
      }
    }

    private void write(String id, ClassMap map) {
      try {
        int dropped = files.write(id, map);
        EdgeRuntime r = runtime;
        if (dropped > 0 && r != null) {
          r.metrics().answersDropped(dropped);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
