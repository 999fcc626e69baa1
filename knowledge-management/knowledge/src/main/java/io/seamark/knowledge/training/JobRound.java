package io.seamark.knowledge.training;

import io.seamark.durable.DurableFiles;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.model.KnowledgeJson;
import io.seamark.knowledge.model.Provenance;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A round of a job that has no model registry: from the file of one model to that of the next. It
 * is kept in a folder from checkpoint to checkpoint, so that the same round, run again after its
 * process was killed, goes on and ends with the model that it would have ended with.
 */
public final class JobRound {
  private static final Logger LOG = LoggerFactory.getLogger(JobRound.class);

  private final RoundSettings settings;
  private final ConfiguredPlugins plugins;
  private final LabelledFrames retained;
  private final Learner.Practice practice;
  private final OneModel one;

  /** How a round ended. One that failed throws instead. */
  public sealed interface Result {}

  /**
   * A new model was written.
   *
   * @param provenance how it came to be
   * @param reason of the verdict; empty where nothing was judged
   */
  public record Trained(Provenance provenance, String reason) implements Result {}

  /**
   * A model was trained, but its predecessor is better: nothing was written.
   *
   * @param provenance how it came to be
   * @param reason of the verdict
   */
  public record Rejected(Provenance provenance, String reason) implements Result {}

  /**
   * There was nothing to train on.
   *
   * @param reason one line
   */
  public record Idle(String reason) implements Result {}

  /** The round was stopped; run again, it goes on from its last checkpoint. */
  public record Cancelled() implements Result {}

  /**
   * What a round is made of.
   *
   * @param start file of the model that it begins from
   * @param parent that model's version
   * @param samples to train on
   * @param digests what tells these samples, and the retained frames, from others, by name
   * @param version of the model that it makes
   */
  public record Ingredients(
      Path start,
      String parent,
      LearningSamples samples,
      Map<String, String> digests,
      String version) {
    /** Copies the map. */
    public Ingredients {
      digests = Map.copyOf(digests);
    }
  }

  /**
   * A round that can be run.
   *
   * @param settings how it trains and judges
   * @param plugins of the kinds {@link Learner#KINDS}
   * @param retained labelled frames of what is known already, or {@link LabelledFrames#NONE}
   * @param practice what becomes of the samples; they are not judged on where too few are held out
   * @throws IllegalArgumentException if the task plugins ask for more than one model
   */
  public JobRound(
      RoundSettings settings,
      ConfiguredPlugins plugins,
      LabelledFrames retained,
      Learner.Practice practice) {
    this.settings = settings;
    this.plugins = plugins;
    this.retained = retained;
    this.practice = practice;
    this.one = new OneModel(plugins);
    one.check();
  }

  /**
   * Runs the round, or goes on with it where it was cut short.
   *
   * @param made what it is made of
   * @param own frames of the user's own that may decide on the size, or {@link LabelledFrames#NONE}
   * @param folder for its checkpoints, which are gone when it has ended
   * @param to the new model's file
   * @param control watches and stops it
   * @return how it ended
   * @throws IOException if files or too many frames cannot be read, or training diverged
   */
  public Result run(
      Ingredients made, LabelledFrames own, Path folder, Path to, RoundControl control)
      throws IOException {
    TrainableModel start = plugins.create(PluginKind.BASEMODEL_TRAINING).load(made.start());
    FrameSize size = TrainingSize.of(settings.training(), start, own, settings.training().batch());
    boolean judged = practice.judged();
    Learner.Plan plan = learner(judged).plan(size, made.samples());
    if (judged && plan.idle(0).isPresent()) {
      LOG.info("nothing is judged: {}", plan.idle(0).get());
      judged = false;
      plan = learner(false).plan(size, made.samples());
    }
    Optional<String> idle = plan.idle(0);
    if (idle.isPresent()) {
      return new Idle(idle.get());
    }
    Provenance round =
        TrainingRound.provenance(
            settings,
            plugins,
            Learner.KINDS,
            retained,
            DurableFiles.sha256(made.start()),
            plan.sources(),
            made.digests());
    RoundFolder kept = open(folder, round);
    Result result;
    try {
      result = run(made, start, plan, judged, round, kept, folder, to, control);
    } catch (IOException | RuntimeException e) {
      // It would fail again at the same place.
      kept.remove();
      throw e;
    }
    if (!(result instanceof Cancelled)) {
      kept.remove();
    }
    return result;
  }

  private Learner learner(boolean judged) {
    return new Learner(
        settings, plugins, retained, one, new Learner.Practice(practice.replayed(), judged));
  }

  private RoundFolder open(Path folder, Provenance round) throws IOException {
    Files.createDirectories(folder);
    RoundFolder kept = RoundFolder.open(folder, settings.training().checkpoint(), 0);
    Optional<String> other = kept.unfinished().flatMap(found -> found.otherThan(round));
    if (other.isPresent()) {
      LOG.info("a round that was cut short is given up: {}", other.get());
      kept.remove();
    }
    kept.begin(round, 0);
    return kept;
  }

  private Result run(
      Ingredients made,
      TrainableModel start,
      Learner.Plan plan,
      boolean judged,
      Provenance round,
      RoundFolder kept,
      Path folder,
      Path to,
      RoundControl control)
      throws IOException {
    Map<String, Double> figures = new TreeMap<>(plan.sources().tasks().figures());
    Optional<Training.Trained> trained =
        plan.train(0, start, settings.training().steps(), control, kept, figures);
    if (trained.isEmpty()) {
      return new Cancelled();
    }
    if (!judged) {
      Optional<TrainableModel> model =
          plan.unjudged(0, trained.get().candidates(), control, figures);
      if (model.isEmpty()) {
        return new Cancelled();
      }
      String name = trained.get().candidates().get(0).name().text();
      Provenance provenance = round.with(java.util.List.of(), name, figures, trained.get().curve());
      save(model.get(), made, provenance, to);
      return new Trained(provenance, "");
    }
    Optional<Learner.Choice> choice =
        plan.choose(0, trained.get().candidates(), Optional.empty(), made.start(), folder, control);
    if (choice.isEmpty()) {
      return new Cancelled();
    }
    Learner.Ranked chosen = choice.get().chosen();
    figures.putAll(chosen.figures());
    Provenance provenance =
        round.with(
            TrainingRound.candidates(choice.get()),
            chosen.candidate().name().text(),
            figures,
            trained.get().curve());
    TaskUpdateDecision.Verdict verdict = choice.get().judged().verdict();
    if (!(verdict instanceof TaskUpdateDecision.Accepted)) {
      return new Rejected(provenance, verdict.reason());
    }
    save(chosen.candidate().model(), made, provenance, to);
    return new Trained(provenance, verdict.reason());
  }

  private static void save(TrainableModel model, Ingredients made, Provenance provenance, Path to)
      throws IOException {
    Path beside = DurableFiles.unfinished(to);
    try {
      model.save(
          beside,
          Map.of(
              TrainableModel.VERSION,
              made.version(),
              TrainableModel.PARENT,
              made.parent(),
              TrainableModel.PROVENANCE,
              KnowledgeJson.text(provenance)));
      DurableFiles.take(beside, to);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
