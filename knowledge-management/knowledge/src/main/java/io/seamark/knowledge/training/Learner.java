package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.FrameSize;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trains and judges the edge model in a round of lifelong learning, for the service and for the
 * benchmark alike: on retained labelled frames in the look of the stream, then on the stream too
 * ({@link Curriculum}); judged against the serving model on frames that no round trains on. On the
 * same samples, with the same settings, plugins and seed, it makes the same weights.
 *
 * <p>The samples are divided into tasks and every task is met equally often, however few of the
 * samples it has; tasks with fewer than {@link io.seamark.plugin.TaskGroup#MIN_TRAIN_SAMPLE} are
 * drawn from together.
 *
 * <p>Frames are decoded when they are used and brought to one size, so memory depends on neither
 * their number nor their sizes.
 */
public final class Learner {
  /** The kinds that take part. */
  public static final List<PluginKind<?>> KINDS =
      Stream.concat(
              Stream.of(
                  PluginKind.REPLAY_POLICY,
                  PluginKind.TASK_UPDATE_DECISION,
                  PluginKind.BASEMODEL,
                  PluginKind.BASEMODEL_TRAINING,
                  PluginKind.SAMPLE_AUGMENTATION),
              RoundTasks.KINDS.stream())
          .toList();

  private final RoundSettings settings;
  private final ConfiguredPlugins plugins;
  private final LabelledFrames retained;
  private final TaskModels models;
  private final Practice practice;

  /**
   * What becomes of a round's samples.
   *
   * @param replayed whether the replay policy chooses among them; otherwise all are trained on
   * @param judged whether some are held out, and a new model is held against the serving one on
   *     them; otherwise all are trained on, and the new model serves whatever it is worth
   */
  public record Practice(boolean replayed, boolean judged) {
    /** What a service does: chosen from and judged. */
    public static final Practice SERVICE = new Practice(true, true);
  }

  /**
   * A learner for any number of rounds.
   *
   * @param settings how it trains and judges
   * @param plugins of the kinds {@link #KINDS}
   * @param retained labelled frames of the first world, or {@link LabelledFrames#NONE}
   * @param models which model each group of tasks trains
   * @param practice what becomes of the samples
   */
  public Learner(
      RoundSettings settings,
      ConfiguredPlugins plugins,
      LabelledFrames retained,
      TaskModels models,
      Practice practice) {
    this.settings = settings;
    this.plugins = plugins;
    this.retained = retained;
    this.models = models;
    this.practice = practice;
  }

  /**
   * What a round may read, decided before it begins.
   *
   * @param size that every frame is brought to
   * @param samples all of them
   * @param first sequence of the oldest
   * @param next sequence after the newest
   * @param tasks of the samples
   * @param heldOut sequences that are judged on
   * @param retainedTrain indices of retained frames that are trained on
   * @param retainedHeldOut indices of those that are judged on
   */
  record Sources(
      FrameSize size,
      LearningSamples samples,
      long first,
      long next,
      RoundTasks tasks,
      List<Long> heldOut,
      List<Integer> retainedTrain,
      List<Integer> retainedHeldOut) {}

  /** A round: what it may read is decided, nothing is trained yet. */
  public final class Plan {
    private final Sources sources;

    private Plan(Sources sources) {
      this.sources = sources;
    }

    Sources sources() {
      return sources;
    }

    /**
     * The models that have samples to train on.
     *
     * @return indices, ascending
     */
    public List<Integer> models() {
      return List.copyOf(sources.tasks().trained().keySet());
    }

    /**
     * Number of samples that a model is trained on.
     *
     * @param model its index
     * @return at least 0
     */
    public int trained(int model) {
      return sources.tasks().trained(model).size();
    }

    /**
     * Why a model cannot be trained, if it cannot.
     *
     * @param model its index
     * @return one line; empty if it can
     */
    public Optional<String> idle(int model) {
      int heldOut = heldOut(model).size();
      return trained(model) > 0 && (heldOut > 0 || !practice.judged())
          ? Optional.empty()
          : Optional.of(
              practice.judged()
                  ? String.format(
                      "%d samples to train on and %d held out, but both are needed",
                      trained(model), heldOut)
                  : "no samples to train on");
    }

    private List<Long> heldOut(int model) {
      Map<Long, Integer> modelOf = sources.tasks().modelOf();
      return sources.heldOut().stream().filter(s -> modelOf.getOrDefault(s, 0) == model).toList();
    }

    /**
     * Trains a model, of which several states may become its successor.
     *
     * @param model its index, one of {@link #models}
     * @param start what it begins from
     * @param steps of the optimiser, at least 1
     * @param control watches and stops it
     * @param figures gets {@code seconds}, {@code steps}, {@code first_loss} and {@code last_loss}
     *     (means over a tenth of the steps), and {@code unreadable} (frames)
     * @return the candidates that are configured and that there are, in that order, at least one;
     *     empty if it was stopped
     * @throws IOException if too many frames cannot be read, or training diverged
     */
    public Optional<List<Candidate>> train(
        int model,
        TrainableModel start,
        int steps,
        RoundControl control,
        Map<String, Double> figures)
        throws IOException {
      return train(model, start, steps, control, Checkpoints.NONE, figures)
          .map(Training.Trained::candidates);
    }

    /** The same, which can go on where it was cut short. */
    Optional<Training.Trained> train(
        int model,
        TrainableModel start,
        int steps,
        RoundControl control,
        Checkpoints checkpoints,
        Map<String, Double> figures)
        throws IOException {
      return new Training(
              settings,
              plugins,
              sources,
              model,
              Learner.this.choose(sources.retainedTrain()),
              control,
              checkpoints)
          .run(start, steps, figures);
    }

    /**
     * Judges candidates by the plugin of kind {@code task_update_decision} and ranks them without
     * labels of the new world, by their gain over the serving model in agreement over views: the
     * best that is accepted is chosen. Its head that predicts a model's errors is renewed then,
     * since it is out of date once the model has learnt; no answer of the model depends on it.
     *
     * @param model its index
     * @param candidates from {@link #train}
     * @param first file of the model that everything began with, if it is known and does not serve
     * @param serving file of the model that serves
     * @param folder for files that are deleted again; their names begin with {@code .staged-}
     * @param control watches and stops it
     * @return what was found; empty if it was stopped
     * @throws IOException if a model cannot be written or opened, or too many frames cannot be read
     */
    public Optional<Choice> choose(
        int model,
        List<Candidate> candidates,
        Optional<Path> first,
        Path serving,
        Path folder,
        RoundControl control)
        throws IOException {
      return new CandidateChoice(
              plugins,
              sources,
              heldOut(model),
              Learner.this.choose(sources.retainedHeldOut()),
              serving,
              folder,
              (learnt, figures) -> refreshed(model, learnt, sources, control, figures),
              control)
          .choose(candidates, first);
    }

    /**
     * The candidate that serves where nothing is judged: the first, its head renewed.
     *
     * @param model its index
     * @param candidates from {@link #train}
     * @param control watches and stops it
     * @param figures gets what AppealNet's training says
     * @return the model; empty if it was stopped
     * @throws IOException if too many frames cannot be read
     */
    public Optional<TrainableModel> unjudged(
        int model, List<Candidate> candidates, RoundControl control, Map<String, Double> figures)
        throws IOException {
      return refreshed(model, candidates.get(0).model(), sources, control, figures);
    }
  }

  /**
   * A model that a round has made.
   *
   * @param name as configured
   * @param model its weights
   */
  public record Candidate(TrainingSettings.Candidate name, TrainableModel model) {}

  /**
   * A candidate in its place.
   *
   * @param candidate the model; its head is renewed where it is the chosen one
   * @param ranking agreement with the mean of all candidates on new frames, and mean IoU on
   *     retained ones
   * @param judged how it compares with the serving model
   * @param figures {@code task.ENTRY.serving} and {@code task.ENTRY.candidate}, agreement, and what
   *     AppealNet's training says
   */
  public record Ranked(
      Candidate candidate, Evaluation ranking, Judged judged, Map<String, Double> figures) {
    Ranked withRanking(Evaluation other) {
      return new Ranked(candidate, other, judged, figures);
    }
  }

  /**
   * What came of a round's candidates.
   *
   * @param ranked all of them, the best first
   * @param place of the one that was accepted; 0 where none was
   */
  public record Choice(List<Ranked> ranked, int place) {
    /**
     * The one that counts: accepted, or the best one of those that were not.
     *
     * @return was judged
     */
    public Ranked chosen() {
      return ranked.get(place);
    }

    /**
     * Its comparison.
     *
     * @return with the verdict
     */
    public Judged judged() {
      return chosen().judged();
    }
  }

  /**
   * How a new model compares.
   *
   * @param serving figures of the model that serves
   * @param candidate figures of the new one
   * @param verdict whether the new one should replace it
   */
  public record Judged(
      Evaluation serving, Evaluation candidate, TaskUpdateDecision.Verdict verdict) {
    /** What the new one gains on new frames; not a number where a figure is none. */
    double gain() {
      return candidate.newAgreement() - serving.newAgreement();
    }
  }

  /**
   * Decides what a round trains and judges on.
   *
   * @param size that every frame is brought to
   * @param samples of the round; the same for as long as the plan is used
   * @return a plan, which may have nothing to train
   * @throws IllegalArgumentException if the groups of tasks need more models than there can be
   */
  public Plan plan(FrameSize size, LearningSamples samples) {
    Holdout holdout = new Holdout(settings.training().holdout());
    @Nullable ReplayPolicy policy =
        practice.replayed() ? plugins.create(PluginKind.REPLAY_POLICY) : null;
    List<Long> heldOut = new ArrayList<>();
    Set<Long> kept = new HashSet<>();
    samples
        .described()
        .forEach(
            sample -> {
              if (practice.judged() && holdout.holds(sample.sequence())) {
                heldOut.add(sample.sequence());
              } else if (policy != null) {
                policy.offer(sample.candidate());
              } else {
                kept.add(sample.sequence());
              }
            });
    if (policy != null) {
      kept.addAll(policy.retained());
    }
    List<Long> judgedOn = spread(heldOut, settings.training().judgeFrames());
    // A second pass rather than a map: the policy keeps few of a buffer that grows without bound.
    Set<Long> taken = new HashSet<>(kept);
    taken.addAll(judgedOn);
    List<TaskSample> described =
        samples
            .described()
            .filter(sample -> taken.contains(sample.sequence()))
            .map(LearningSamples.Described::task)
            .toList();
    RoundTasks tasks = RoundTasks.of(plugins, models, described, kept);
    List<Integer> retainedTrain = new ArrayList<>();
    List<Integer> retainedHeldOut = new ArrayList<>();
    for (int i = 0; i < retained.size(); i++) {
      (practice.judged() && holdout.holds(i) ? retainedHeldOut : retainedTrain).add(i);
    }
    return new Plan(
        new Sources(
            size,
            samples,
            samples.first(),
            samples.next(),
            tasks,
            judgedOn,
            retainedTrain,
            spread(retainedHeldOut, settings.training().judgeRetained())));
  }

  /** Pixels of each class, every sample brought to one size: a large one counts as any other. */
  static long[] pixels(LearningSamples samples, Set<Long> kept, FrameSize size, int classes) {
    long[] pixels = new long[classes];
    double all = (double) size.width() * size.height();
    samples
        .described()
        .filter(sample -> kept.contains(sample.sequence()))
        .forEach(
            sample -> {
              List<Long> counts = sample.candidate().pixelsByClass();
              long decided = counts.stream().mapToLong(Long::longValue).sum();
              for (int c = 0; decided > 0 && c < Math.min(classes, counts.size()); c++) {
                pixels[c] += Math.round((double) counts.get(c) / decided * all);
              }
            });
    return pixels;
  }

  /** At most so many, evenly spread, the last one always among them. */
  static <E> List<E> spread(List<E> all, int most) {
    return all.size() <= most ? all : places(all.size(), most).stream().map(all::get).toList();
  }

  /** The places of such ones in a list of so many. */
  static List<Integer> places(int all, int most) {
    int some = Math.min(all, most);
    return IntStream.rangeClosed(1, some).mapToObj(i -> (int) ((long) i * all / some) - 1).toList();
  }

  /** The head that predicts a model's errors is out of date once the model has learnt. */
  private Optional<TrainableModel> refreshed(
      int model,
      TrainableModel trained,
      Sources sources,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    AppealNetSettings appealNet = settings.appealNet();
    if (appealNet.frames() == 0 || !trained.facts().outputs().contains(ModelOutput.APPEAL)) {
      return Optional.of(trained);
    }
    return AppealNetTraining.train(
        trained,
        sources.samples().frames(sources.tasks().trained(model)),
        choose(sources.retainedTrain()),
        sources.size(),
        appealNet,
        settings.seed() ^ sources.next(),
        settings.threads(),
        control,
        figures);
  }

  private LabelledFrames choose(List<Integer> indices) {
    return retained.choose(indices, "retained frames (" + retained.source() + ")");
  }
}
