package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Software;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.FrameSize;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of lifelong learning of a service: the {@link Learner} trains from the champion on a
 * replay buffer and judges what comes of it, and the model registry keeps both with the verdict.
 *
 * <p>Frames are brought to a size that no buffered sample has a say in.
 */
public final class TrainingRound implements RoundPlace {
  /** The kinds that take part in a round. */
  public static final List<PluginKind<?>> KINDS =
      Stream.concat(Learner.KINDS.stream(), Stream.of(PluginKind.KNOWLEDGE_MANAGEMENT)).toList();

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRound.class);

  private final RoundSettings settings;
  private final ConfiguredPlugins plugins;
  private final LabelledFrames retained;
  private final Learner learner;
  private final @Nullable Drift drift;

  /**
   * A round that can be run any number of times.
   *
   * @param settings how
   * @param plugins replay policy, the three task kinds, task-update decision and known-sample
   *     inference
   * @param retained labelled frames of the first world, or {@link LabelledFrames#NONE}
   * @throws IllegalArgumentException if the task plugins ask for more models than the one deployed
   */
  public TrainingRound(RoundSettings settings, ConfiguredPlugins plugins, LabelledFrames retained) {
    this.settings = settings;
    this.plugins = plugins;
    this.retained = retained;
    OneModel one = new OneModel(plugins);
    one.check();
    this.drift = Drift.from(retained);
    this.learner = new Learner(settings, plugins, retained, one, Learner.Practice.SERVICE);
  }

  /**
   * The size that a round would have, which no buffered sample has a say in.
   *
   * @param model to be trained
   * @return the size of every frame that is trained or judged on
   * @throws IllegalArgumentException if its memory is above the bound
   * @throws IOException if the retained frames cannot be read
   */
  public FrameSize size(TrainableModel model) throws IOException {
    return TrainingSize.of(settings.training(), model, retained, settings.training().batch());
  }

  /**
   * How far the newest samples of a buffer look from the retained frames: the mean difference of
   * light and colours in units of the retained frames' deviation.
   *
   * @param buffer read only
   * @return at least 0; not a number if there are no retained frames, or no looks are known
   */
  public double drift(ReplayBuffer buffer) {
    return drift == null ? Double.NaN : drift.recent(buffer);
  }

  /**
   * Decides what a round on a buffer trains and judges on, no edge held out.
   *
   * @param size as {@link #size} gives it
   * @param buffer read only, for as long as the plan is used
   * @return a plan, which may have nothing to train
   */
  public Learner.Plan plan(FrameSize size, ReplayBuffer buffer) {
    return learner.plan(size, new BufferedSamples(buffer));
  }

  /**
   * Whether a round was cut short and waits to go on. What a round that has ended left behind is
   * removed.
   *
   * @param registry that it was run on
   * @return true if a checkpoint is there
   * @throws IOException if it cannot be read
   */
  @Override
  public boolean unfinished(ModelRegistry registry) throws IOException {
    return open(registry).unfinished().isPresent();
  }

  /**
   * Gives up a round that was cut short, if there is one.
   *
   * @param registry that it was run on
   * @throws IOException if its checkpoint cannot be removed
   */
  @Override
  public void giveUp(ModelRegistry registry) throws IOException {
    open(registry).remove();
  }

  private RoundFolder open(ModelRegistry registry) throws IOException {
    return RoundFolder.open(
        registry.folder(), settings.training().checkpoint(), registry.versions().size());
  }

  /**
   * Runs a round, or goes on with one of the same settings and samples that was cut short. Its
   * checkpoint is removed when it has ended, however; it stays where the round was stopped.
   *
   * @param registry with a champion
   * @param buffer read only
   * @param control watches and stops it
   * @return how it ended
   * @throws IOException if files or too many frames cannot be read, or the version cannot be stored
   */
  @Override
  public RoundResult run(ModelRegistry registry, ReplayBuffer buffer, RoundControl control)
      throws IOException {
    ModelVersion champion =
        registry
            .champion()
            .orElseThrow(() -> new IllegalStateException("the model registry has no champion"));
    Path serving = registry.weights(champion.version()).orElseThrow().file();
    TrainableModel start = plugins.create(PluginKind.BASEMODEL_TRAINING).load(serving);
    int versions = registry.versions().size();
    RoundFolder folder = open(registry);
    Optional<Planned> planned =
        plan(folder, new Served(champion, serving, start), buffer, versions, control);
    if (planned.isEmpty()) {
      return cancelled(folder);
    }
    try {
      RoundResult result = run(registry, champion, serving, start, planned.get(), folder, control);
      if (!(result instanceof RoundResult.Cancelled)) {
        folder.remove();
      }
      return result;
    } catch (IOException | RuntimeException e) {
      // It would fail again at the same place.
      try {
        folder.remove();
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** The model that serves: its version, its file and what is trained from it. */
  private record Served(ModelVersion champion, Path file, TrainableModel start) {}

  /**
   * A plan, how its version will come to be without figures, and the figures of its tasks and
   * edges.
   */
  private record Planned(Learner.Plan plan, Provenance round, Map<String, Double> figures) {}

  /**
   * The plan of the round that was cut short if that can go on, else of a new one; empty if it was
   * stopped, which leaves the former as it is.
   */
  private Optional<Planned> plan(
      RoundFolder folder, Served served, ReplayBuffer buffer, int versions, RoundControl control)
      throws IOException {
    Optional<RoundFolder.Unfinished> unfinished = folder.unfinished();
    if (unfinished.isPresent()) {
      int done = unfinished.get().progress().done();
      // Samples that came since are the next round's.
      Optional<Planned> planned = plan(served, buffer, unfinished.get().next(), control);
      if (planned.isEmpty()) {
        return planned;
      }
      Planned again = planned.get();
      Optional<String> other = unfinished.get().otherThan(again.round());
      if (other.isEmpty()) {
        LOG.info("the round that was cut short goes on after {} steps", done);
        folder.begin(unfinished.get().round(), versions);
        return Optional.of(new Planned(again.plan(), unfinished.get().round(), again.figures()));
      }
      LOG.info("the round that was cut short after {} steps is given up: {}", done, other.get());
      folder.remove();
    }
    Optional<Planned> anew = plan(served, buffer, buffer.next(), control);
    anew.ifPresent(plan -> folder.begin(plan.round(), versions));
    return anew;
  }

  private Optional<Planned> plan(
      Served served, ReplayBuffer buffer, long next, RoundControl control) throws IOException {
    FrameSize size = size(served.start());
    BufferedSamples samples = new BufferedSamples(buffer, next);
    Optional<EdgeAgreement> agreement =
        EdgeAgreement.of(
            samples,
            size,
            served.file(),
            plugins.create(PluginKind.BASEMODEL),
            settings.training().edgeOutlier(),
            control);
    if (agreement.isEmpty()) {
      return Optional.empty();
    }
    Learner.Plan plan = learner.plan(size, samples.without(agreement.get().heldOut()));
    Map<String, Double> figures = new TreeMap<>(plan.sources().tasks().figures());
    figures.putAll(agreement.get().figures());
    if (drift != null) {
      figures.putAll(drift.figures(plan.sources().tasks(), buffer));
    }
    return Optional.of(
        new Planned(
            plan,
            provenance(
                settings,
                plugins,
                KINDS,
                retained,
                served.champion().sha256(),
                plan.sources(),
                segments(buffer, plan.sources())),
            figures));
  }

  private RoundResult run(
      ModelRegistry registry,
      ModelVersion champion,
      Path serving,
      TrainableModel start,
      Planned planned,
      RoundFolder folder,
      RoundControl control)
      throws IOException {
    Learner.Plan plan = planned.plan();
    Optional<String> idle = plan.idle(0);
    if (idle.isPresent()) {
      return new RoundResult.Idle(idle.get());
    }
    Map<String, Double> figures = new TreeMap<>(planned.figures());
    LOG.info("tasks and edges of the round: {}", figures);
    int steps = settings.training().steps();
    Optional<Training.Trained> trained = plan.train(0, start, steps, control, folder, figures);
    if (trained.isEmpty()) {
      return cancelled(folder);
    }
    Optional<Learner.Choice> choice =
        plan.choose(
            0,
            trained.get().candidates(),
            first(registry, champion),
            serving,
            registry.folder(),
            control);
    if (choice.isEmpty()) {
      return cancelled(folder);
    }
    Learner.Candidate chosen = choice.get().chosen().candidate();
    figures.putAll(choice.get().chosen().figures());
    Provenance provenance =
        planned
            .round()
            .with(candidates(choice.get()), chosen.name().text(), figures, trained.get().curve());
    ModelRegistry.Staged staged =
        registry.stage(
            (file, version) -> save(chosen.model(), file, version, champion, provenance));
    try {
      Learner.Judged judged = choice.get().judged();
      return new RoundResult.Judged(
          registry.judge(
              staged,
              champion.version(),
              judged.verdict(),
              judged.serving(),
              judged.candidate(),
              provenance));
    } catch (IOException | RuntimeException e) {
      registry.discard(staged);
      throw e;
    }
  }

  /** What everything began with, unless it is what serves. */
  private static Optional<Path> first(ModelRegistry registry, ModelVersion champion)
      throws IOException {
    ModelVersion origin = registry.versions().get(0);
    return origin.version().equals(champion.version())
        ? Optional.empty()
        : registry.weights(origin.version()).map(ModelRegistry.StoredWeights::file);
  }

  static List<Provenance.Candidate> candidates(Learner.Choice choice) {
    return choice.ranked().stream()
        .map(
            ranked -> {
              Figures found = Figures.of(ranked.ranking());
              return new Provenance.Candidate(
                  ranked.candidate().name().text(),
                  found.newAgreement(),
                  Figures.of(ranked.judged().candidate()).newAgreement(),
                  found.retainedMeanIou(),
                  outcome(ranked.judged()));
            })
        .toList();
  }

  private static String outcome(Learner.Judged judged) {
    boolean accepted = judged.verdict() instanceof TaskUpdateDecision.Accepted;
    return (accepted ? "accepted: " : "rejected: ") + judged.verdict().reason();
  }

  private static RoundResult cancelled(RoundFolder folder) {
    return new RoundResult.Cancelled(folder.unfinished().map(u -> u.progress().done()).orElse(0));
  }

  private static void save(
      TrainableModel model, Path file, String version, ModelVersion parent, Provenance provenance)
      throws IOException {
    model.save(
        file,
        Map.of(
            TrainableModel.VERSION,
            version,
            TrainableModel.PARENT,
            parent.version(),
            TrainableModel.PROVENANCE,
            KnowledgeJson.text(provenance)));
  }

  /** Of what the round reads, before a bound of the buffer takes some of it away. */
  private static Map<String, String> segments(ReplayBuffer buffer, Learner.Sources plan) {
    List<Long> read = new ArrayList<>(plan.tasks().trained(0));
    read.addAll(plan.heldOut());
    return buffer.sealedDigests(read);
  }

  /** How the version of a round comes to be, without figures. */
  static Provenance provenance(
      RoundSettings settings,
      ConfiguredPlugins plugins,
      List<PluginKind<?>> kinds,
      LabelledFrames retained,
      String parentSha256,
      Learner.Sources plan,
      Map<String, String> segments) {
    Map<String, String> chosen = new TreeMap<>();
    for (PluginKind<?> kind : kinds) {
      chosen.putAll(plugins.effective(kind));
    }
    Map<String, String> hyperparameters = settings.asMap();
    hyperparameters.put(TrainingSettings.SIZE, plan.size().toString());
    return new Provenance(
        Provenance.TRAINING,
        null,
        parentSha256,
        new Provenance.BufferUse(
            plan.first(),
            plan.next(),
            Provenance.Range.of(plan.tasks().trained(0)),
            Provenance.Range.of(plan.heldOut()),
            segments),
        retained.size() == 0
            ? null
            : new Provenance.RetainedUse(
                retained.source(), plan.retainedTrain().size(), plan.retainedHeldOut().size()),
        hyperparameters,
        chosen,
        settings.seed(),
        Software.versions(),
        List.of(),
        null,
        Map.of(),
        List.of());
  }
}
