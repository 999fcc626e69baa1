package io.seamark.sedna.job;

import io.seamark.cli.CommonOptions;
import io.seamark.cli.Seamark;
import io.seamark.durable.DurableFiles;
import io.seamark.durable.OutputFolder;
import io.seamark.edge.sync.ModelAnnouncement;
import io.seamark.imaging.DepthScale;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.training.JobRound;
import io.seamark.knowledge.training.Learner;
import io.seamark.knowledge.training.ListedSamples;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.plugin.PluginKind;
import io.seamark.sedna.JobIndex;
import io.seamark.sedna.Location;
import io.seamark.sedna.RemoteFiles;
import io.seamark.sedna.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The round of a training worker. Samples with a label are labelled frames; those without are
 * answered by unknown-task processing first. Where there are any of these, the round learns from
 * them as a service's does, with the labelled frames as retained ones, and its model is held
 * against its predecessor; otherwise it learns the labels. Labelled frames of earlier rounds are
 * retained either way.
 */
final class TrainRound {
  private static final Logger LOG = LoggerFactory.getLogger(TrainRound.class);
  private static final String TRAINED = "trained";
  private static final String REJECTED = "rejected";
  private static final String IDLE = "idle";
  private static final int SHORT = 12;

  private final Worker worker;
  private final CommonOptions.Workplace workplace;
  private final RemoteFiles files;
  private final OutputFolder out;
  private final BaseModels models;

  TrainRound(
      Worker worker, CommonOptions.Workplace workplace, RemoteFiles files, OutputFolder out) {
    this.worker = worker;
    this.workplace = workplace;
    this.files = files;
    this.out = out;
    this.models = new BaseModels(worker, workplace, files, out.path());
  }

  /** What a round is given. */
  private record Given(
      List<LocalSample> labelled,
      List<LocalSample> unlabelled,
      List<LocalSample> former,
      List<JobIndex.Dataset> datasets) {}

  /**
   * Trains, or takes what was trained before.
   *
   * @return null if it was stopped
   * @throws IOException if the samples or the base model cannot be read, or training failed
   */
  @Nullable TrainedRound run(RoundControl control) throws IOException {
    BaseModels.Base base = models.ofRound();
    Given given = given(base);
    LearningSettings settings = settings();
    String round = digest(base, given, settings);
    Optional<TrainedRound.Done> ended = ended(round);
    if (ended.isPresent()) {
      LOG.info("event=round_taken_over round={} verdict={}", round, ended.get().verdict());
      return result(ended.get(), base, given);
    }
    List<LocalSample> answered =
        new CloudAnswers(workplace, base.file(), out.path().resolve("answers"), worker.name())
            .of(given.unlabelled());
    String version = version(round);
    Path to = file(version);
    JobRound.Result result =
        answered.isEmpty() && given.labelled().isEmpty()
            ? new JobRound.Idle("no sample has a label or an answer")
            : train(base, given, answered, settings, version, to, control);
    if (result instanceof JobRound.Cancelled) {
      return null;
    }
    TrainedRound.Done done = done(result, round, version, to, base);
    LOG.info(
        "event=round_ended verdict={} version={} reason=\"{}\"",
        done.verdict(),
        done.model().version(),
        done.reason());
    out.write(TrainedRound.FILE, done.bytes());
    return result(done, base, given);
  }

  private Given given(BaseModels.Base base) throws IOException {
    DepthScale scale = DepthScale.parse(workplace.text("sample_source.image_folder.depth.scale"));
    SampleFetch fetch = new SampleFetch(files, out.path().resolve("samples"), scale);
    String index = worker.told().trainDataset().strip();
    String original = worker.told().originalDataset().strip();
    List<LocalSample> all =
        fetch.all(
            "TRAIN_DATASET_URL " + index,
            SampleList.read("TRAIN_DATASET_URL", index, original, files));
    List<LocalSample> labelled = all.stream().filter(LocalSample::labelled).toList();
    List<LocalSample> unlabelled = all.stream().filter(s -> !s.labelled()).toList();
    if (!unlabelled.isEmpty() && !worker.own().unlabelled()) {
      LOG.warn(
          "event=samples_passed_over samples={} reason=\"seamark.sedna.unlabelled is false\"",
          unlabelled.size());
      unlabelled = List.of();
    }
    List<JobIndex.Dataset> datasets = new ArrayList<>();
    List<LocalSample> former = new ArrayList<>();
    for (JobIndex.Dataset dataset : base.datasets()) {
      if (!dataset.index().equals(index)) {
        datasets.add(dataset);
        former.addAll(former(dataset, fetch));
      }
    }
    datasets.add(new JobIndex.Dataset(index, original));
    LOG.info(
        "event=samples labelled={} unlabelled={} of_earlier_rounds={}",
        labelled.size(),
        unlabelled.size(),
        former.size());
    return new Given(labelled, unlabelled, former, datasets);
  }

  /** Earlier rounds' labelled samples; what is gone by now is forgotten, and said. */
  private List<LocalSample> former(JobIndex.Dataset dataset, SampleFetch fetch) {
    try {
      return fetch
          .all(dataset.index(), SampleList.read("datasets", dataset.index(), dataset.base(), files))
          .stream()
          .filter(LocalSample::labelled)
          .toList();
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn(
          "event=dataset_forgotten index={} reason=\"{}\"", dataset.index(), Seamark.message(e));
      return List.of();
    }
  }

  private LearningSettings settings() {
    return LearningSettings.from(
        key ->
            key.equals("seamark.data")
                ? Optional.of(out.path().toString())
                : workplace.setting(key));
  }

  /** What the round's model depends on. */
  private String digest(BaseModels.Base base, Given given, LearningSettings settings) {
    Map<String, String> chosen = new TreeMap<>(settings.round().asMap());
    for (PluginKind<?> kind : Learner.KINDS) {
      chosen.putAll(workplace.plugins().effective(kind));
    }
    chosen.putAll(workplace.plugins().effective(PluginKind.UNSEEN_TASK_PROCESSING));
    String text =
        String.join(
            "\n",
            base.announced().sha256(),
            Long.toString(settings.round().seed()),
            Boolean.toString(worker.own().gate()),
            chosen.toString(),
            LocalSample.text(given.labelled()),
            LocalSample.text(given.unlabelled()),
            LocalSample.text(given.former()));
    return DurableFiles.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  private String version(String round) {
    String number = Location.fileName(worker.told().output(), "round");
    return number.substring(0, Math.min(20, number.length())) + "-" + round.substring(0, SHORT);
  }

  private Path file(String version) {
    return out.path().resolve("model-" + version + ".safetensors");
  }

  private Optional<TrainedRound.Done> ended(String round) {
    Path kept = out.path().resolve(TrainedRound.FILE);
    if (!Files.isRegularFile(kept)) {
      return Optional.empty();
    }
    try {
      TrainedRound.Done done = TrainedRound.Done.read(Files.readAllBytes(kept));
      Path model = file(done.model().version());
      boolean whole =
          !done.verdict().equals(TRAINED)
              || (Files.isRegularFile(model)
                  && DurableFiles.sha256(model).equals(done.model().sha256()));
      return done.round().equals(round) && whole ? Optional.of(done) : Optional.empty();
    } catch (IOException e) {
      LOG.warn("event=record_ignored file={} reason=\"{}\"", kept, e.getMessage());
      return Optional.empty();
    }
  }

  private JobRound.Result train(
      BaseModels.Base base,
      Given given,
      List<LocalSample> answered,
      LearningSettings settings,
      String version,
      Path to,
      RoundControl control)
      throws IOException {
    boolean learns = !answered.isEmpty();
    List<LocalSample> samples = learns ? answered : given.labelled();
    List<LocalSample> kept = new ArrayList<>(given.former());
    if (learns) {
      kept.addAll(given.labelled());
    }
    LabelledFrames retained =
        kept.isEmpty() && learns
            ? LifelongLearning.retained(settings)
            : kept.isEmpty()
                ? LabelledFrames.NONE
                : new ListedSamples("labelled samples", kept).frames();
    ListedSamples fresh = new ListedSamples("samples of the round", samples);
    boolean judged = learns && worker.own().gate();
    return new JobRound(
            settings.round(), workplace.plugins(), retained, new Learner.Practice(false, judged))
        .run(
            new JobRound.Ingredients(
                base.file(),
                base.announced().version(),
                fresh,
                Map.of("samples", text(samples), "retained", text(kept)),
                version),
            kept.isEmpty() ? fresh.frames() : retained,
            out.path(),
            to,
            control);
  }

  private static String text(List<LocalSample> samples) {
    return DurableFiles.sha256(LocalSample.text(samples).getBytes(StandardCharsets.UTF_8));
  }

  private TrainedRound.Done done(
      JobRound.Result result, String round, String version, Path to, BaseModels.Base base)
      throws IOException {
    if (result instanceof JobRound.Trained trained) {
      return new TrainedRound.Done(
          round,
          TRAINED,
          trained.reason(),
          new ModelAnnouncement(
              version,
              DurableFiles.sha256(to),
              Files.size(to),
              Instant.now().toString(),
              base.announced().version()),
          tasks(trained.provenance()));
    }
    if (result instanceof JobRound.Rejected rejected) {
      return new TrainedRound.Done(
          round, REJECTED, rejected.reason(), base.announced(), tasks(rejected.provenance()));
    }
    String reason = result instanceof JobRound.Idle idle ? idle.reason() : "";
    return new TrainedRound.Done(round, IDLE, reason, base.announced(), Map.of());
  }

  /** Number of samples by task, those held out included. */
  private static Map<String, Integer> tasks(Provenance provenance) {
    Map<String, Integer> tasks = new TreeMap<>();
    provenance
        .training()
        .forEach(
            (name, value) -> {
              if (name.matches("task\\..*\\.(trained|held_out)")) {
                String entry = name.substring("task.".length(), name.lastIndexOf('.'));
                tasks.merge(entry, value.intValue(), Integer::sum);
              }
            });
    return tasks;
  }

  private TrainedRound result(TrainedRound.Done done, BaseModels.Base base, Given given) {
    boolean trained = done.verdict().equals(TRAINED);
    List<LocalSample> samples = new ArrayList<>(given.labelled());
    samples.addAll(given.unlabelled());
    return new TrainedRound(
        done,
        trained ? file(done.model().version()) : base.file(),
        trained ? List.of() : base.urls(),
        samples.stream().map(LocalSample::line).toList(),
        given.datasets());
  }
}
