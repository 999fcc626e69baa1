package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Software;
import io.seamark.plugin.PluginKind;
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
public final class TrainingRound {
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
   * Decides what a round on a buffer trains and judges on.
   *
   * @param size as {@link #size} gives it
   * @param buffer read only, for as long as the plan is used
   * @return a plan, which may have nothing to train
   */
  public Learner.Plan plan(FrameSize size, ReplayBuffer buffer) {
    return learner.plan(size, new BufferedSamples(buffer));
  }

  /**
   * Runs a round.
   *
   * @param registry with a champion
   * @param buffer read only
   * @param control watches and stops it
   * @return how it ended
   * @throws IOException if files or too many frames cannot be read, or the version cannot be stored
   */
  public RoundResult run(ModelRegistry registry, ReplayBuffer buffer, RoundControl control)
      throws IOException {
    ModelVersion champion =
        registry
            .champion()
            .orElseThrow(() -> new IllegalStateException("the model registry has no champion"));
    Path serving = registry.weights(champion.version()).orElseThrow().file();
    TrainableModel start = plugins.create(PluginKind.BASEMODEL_TRAINING).load(serving);
    Learner.Plan plan = plan(size(start), buffer);
    Optional<String> idle = plan.idle(0);
    if (idle.isPresent()) {
      return new RoundResult.Idle(idle.get());
    }
    Map<String, String> segments = segments(buffer, plan.sources());
    long begun = System.nanoTime();
    Map<String, Double> figures = new TreeMap<>(plan.sources().tasks().figures());
    if (drift != null) {
      figures.putAll(drift.figures(plan.sources().tasks(), buffer));
    }
    LOG.info("tasks of the round: {}", figures);
    Optional<TrainableModel> trained =
        plan.train(0, start, settings.training().steps(), control, figures);
    if (trained.isEmpty()) {
      return new RoundResult.Cancelled();
    }
    figures.put("seconds", (System.nanoTime() - begun) / 1e9);
    Provenance provenance = provenance(champion, plan.sources(), segments, figures);
    ModelRegistry.Staged staged =
        registry.stage((file, version) -> save(trained.get(), file, version, champion, provenance));
    try {
      Optional<Learner.Judged> judged = plan.judge(0, serving, staged.file(), control, figures);
      if (judged.isEmpty()) {
        registry.discard(staged);
        return new RoundResult.Cancelled();
      }
      return new RoundResult.Judged(
          registry.judge(
              staged,
              champion.version(),
              judged.get().verdict(),
              judged.get().serving(),
              judged.get().candidate(),
              provenance(champion, plan.sources(), segments, figures)));
    } catch (IOException | RuntimeException e) {
      registry.discard(staged);
      throw e;
    }
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

  private Provenance provenance(
      ModelVersion parent,
      Learner.Sources plan,
      Map<String, String> segments,
      Map<String, Double> figures) {
    Map<String, String> chosen = new TreeMap<>();
    for (PluginKind<?> kind : KINDS) {
      chosen.putAll(plugins.effective(kind));
    }
    Map<String, String> hyperparameters = settings.asMap();
    hyperparameters.put(TrainingSettings.SIZE, plan.size().toString());
    return new Provenance(
        Provenance.TRAINING,
        null,
        parent.sha256(),
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
        figures);
  }
}
