package io.seamark.sedna;

import io.seamark.cli.Addresses;
import io.seamark.cli.CommonOptions;
import io.seamark.cli.EdgeAnswers;
import io.seamark.cli.EdgeParts;
import io.seamark.cli.JsonLine;
import io.seamark.cli.ModelOptions;
import io.seamark.cli.SampleFiles;
import io.seamark.cli.Seamark;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.EdgeRuntime;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.edge.sync.ModelFolder;
import io.seamark.edge.sync.ModelSource;
import io.seamark.host.NamedPath;
import io.seamark.plugin.SampleSource;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.EdgeSettings;
import io.seamark.setting.SettingGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code seamark sedna infer}. */
@Command(
    name = "infer",
    description = {
      "Label the frames that come to IMAGE_TOPIC_URL, or from seamark.sample_source, with the model"
          + " that MODEL_URLS names, and take over every new one between two frames.",
      "",
      "Hard frames are kept in unseen_save_url, and sent to seamark.sedna.cloud if that is set."
    })
public final class InferCommand implements SednaWorker {
  private static final Logger LOG = LoggerFactory.getLogger(InferCommand.class);
  private static final int INDEX_SECONDS = 30;
  private static final int HOT_UPDATE_SECONDS = 60;

  @Mixin private CommonOptions common = new CommonOptions();

  /** Made by the service loader. */
  public InferCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommonOptions.Workplace workplace =
        common.open(common.registry(), Worker.chosen(System.getenv()), Map.of());
    Worker worker = Worker.of(workplace);
    EdgeSettings settings = workplace.settings(SettingGroup.EDGE);
    Path folder = NamedPath.of(worker.told().edgeOutput());
    try (RemoteFiles files = new RemoteFiles(worker);
        SampleSource frames = WorkerLoop.source(worker, workplace);
        OutputFolder out = OutputFolder.open(folder, workplace.inputs())) {
      ModelSource models = models(worker, files, settings);
      Path initial = first(models, folder.resolve("models"), period(worker), workplace.plugins());
      ModelOptions.checkMiner(initial, workplace.plugins());
      EdgeAnswers answers =
          new EdgeAnswers(
              new SampleFiles(out, EdgeAnswers.FOLDER), out.names(), settings.answersMaxFiles());
      java.nio.file.Files.createDirectories(folder.resolve(EdgeAnswers.FOLDER));
      UnseenSamples unseen =
          new UnseenSamples(answers, unseenFolder(worker), worker.own().unseenMax());
      try (EdgeRuntime runtime =
          new EdgeRuntime(parts(worker, workplace, settings, folder, initial), unseen, models)) {
        WorkerLoop.run(worker, workplace, runtime, frames);
        tell(runtime, unseen);
      }
    }
    return Seamark.DONE;
  }

  private static ModelSource models(Worker worker, RemoteFiles files, EdgeSettings settings) {
    if (worker.told().hotUpdate()) {
      return new HotUpdateFile(
          worker.told().hotUpdateConfig().strip(),
          files,
          settings.modelMaxBytes(),
          new LocalController(worker, files.retries()));
    }
    return new DeployedIndex(
        DeployedIndex.address(worker), files, new ModelDownload(files, settings.modelMaxBytes()));
  }

  private static Duration period(Worker worker) {
    int told = worker.told().pollSeconds();
    return Duration.ofSeconds(
        told >= 1 ? told : worker.told().hotUpdate() ? HOT_UPDATE_SECONDS : INDEX_SECONDS);
  }

  /**
   * The model to start with: the last one that was fetched, or the first one that is deployed and
   * runs, which is waited for.
   */
  private static Path first(
      ModelSource models, Path folder, Duration period, ConfiguredPlugins plugins)
      throws IOException, InterruptedException {
    try (ModelFolder kept = new ModelFolder(folder, false)) {
      while (true) {
        Optional<ModelAnnouncement> current = kept.current();
        if (current.isPresent()) {
          return kept.file(current.get().version());
        }
        try {
          ModelAnnouncement deployed = models.champion(null).orElseThrow();
          kept.fetch(deployed, models);
          try {
            ModelOptions.probe(kept.file(deployed.version()), plugins);
          } catch (IllegalArgumentException e) {
            kept.delete(deployed.version());
            models.refused(deployed);
            throw new IOException(Seamark.message(e), e);
          }
          kept.record(deployed, "none");
          LOG.info("event=model_fetched version={} bytes={}", deployed.version(), deployed.bytes());
        } catch (IOException e) {
          LOG.warn("event=no_model_yet reason=\"{}\"", Seamark.message(e));
          // Until somebody deploys one; SIGTERM ends the process.
          Thread.sleep(period.toMillis());
        }
      }
    }
  }

  private static EdgeRuntime.Parts parts(
      Worker worker,
      CommonOptions.Workplace workplace,
      EdgeSettings settings,
      Path folder,
      Path initial) {
    String cloud = worker.own().cloud();
    return EdgeParts.of(
        workplace,
        settings.name().isEmpty() ? worker.name() : settings.name(),
        initial,
        folder,
        cloud.isBlank() ? null : Addresses.http("seamark.sedna.cloud", cloud),
        null,
        period(worker));
  }

  private static Path unseenFolder(Worker worker) {
    String told = worker.told().unseenOutput().strip();
    String address = told.isEmpty() ? worker.told().prefix() + "/unseen_samples" : told;
    if (Location.of(address) instanceof Location.Local local) {
      return local.path();
    }
    throw new IllegalArgumentException(
        "unseen_save_url is '" + address + "', but must be a folder of this machine");
  }

  private void tell(EdgeRuntime runtime, UnseenSamples unseen) {
    EdgeMetrics.Totals totals = runtime.metrics().totals();
    common
        .out()
        .printf(
            "%d frames answered, %d hard, %d skipped, %d unseen samples kept; model %s%n",
            totals.frames(),
            totals.hard(),
            totals.skipped(),
            unseen.kept(),
            runtime.model().version());
    if (common.json()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("frames", totals.frames());
      figures.put("hard", totals.hard());
      figures.put("skipped", totals.skipped());
      figures.put("unseen_samples", unseen.kept());
      figures.put("model", runtime.model().version());
      common.out().println(JsonLine.of(figures));
    }
  }
}
