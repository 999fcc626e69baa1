package io.seamark.knowledge.training;

import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.evaluation.ModelJudge.Judgement;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TrainableModel;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
     * Trains a model.
     *
     * @param model its index, one of {@link #models}
     * @param start what it begins from
     * @param steps of the optimiser, at least 1
     * @param control watches and stops it
     * @param figures gets {@code seconds}, {@code steps}, {@code first_loss} and {@code last_loss}
     *     (means over a tenth of the steps), {@code unreadable} (frames), and what AppealNet's
     *     training adds
     * @return the new model, its AppealNet head renewed where it has one; empty if it was stopped
     * @throws IOException if too many frames cannot be read, or training diverged
     */
    public Optional<TrainableModel> train(
        int model,
        TrainableModel start,
        int steps,
        RoundControl control,
        Map<String, Double> figures)
        throws IOException {
      return train(model, start, steps, control, Checkpoints.NONE, figures)
          .map(Training.Trained::model);
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
              choose(sources.retainedTrain()),
              control,
              checkpoints)
          .run(start, steps, figures);
    }

    /**
     * Judges a new model by the plugin of kind {@code task_update_decision}.
     *
     * @param model its index
     * @param serving file of the model that serves
     * @param candidate file of the new one
     * @param control watches and stops it
     * @param figures gets {@code task.ENTRY.serving} and {@code task.ENTRY.candidate}, agreement
     * @return what was found; empty if it was stopped
     * @throws IOException if a model cannot be opened
     */
    public Optional<Judged> judge(
        int model, Path serving, Path candidate, RoundControl control, Map<String, Double> figures)
        throws IOException {
      return Learner.this.judge(
          heldOut(model), List.of(serving, candidate), sources, control, figures);
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
      Evaluation serving, Evaluation candidate, TaskUpdateDecision.Verdict verdict) {}

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
    if (all.size() <= most) {
      return all;
    }
    List<E> some = new ArrayList<>();
    for (int i = 1; i <= most; i++) {
      some.add(all.get((int) ((long) i * all.size() / most) - 1));
    }
    return some;
  }

  private LabelledFrames choose(List<Integer> indices) {
    return retained.choose(indices, "retained frames (" + retained.source() + ")");
  }

  private Optional<Judged> judge(
      List<Long> heldOut,
      List<Path> both,
      Sources sources,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    int classes = plugins.create(PluginKind.BASEMODEL).describe(both.get(0)).classes().size();
    ModelJudge judge = new ModelJudge(plugins.create(PluginKind.BASEMODEL), classes);
    LabelledFrames onNew = sources.samples().frames(heldOut).at(sources.size());
    LabelledFrames onRetained = choose(sources.retainedHeldOut()).at(sources.size());
    int frames = onNew.size() + onRetained.size();
    List<String> tasks =
        heldOut.stream().map(s -> sources.tasks().taskOf().getOrDefault(s, "")).toList();
    Optional<List<Judgement>> found =
        judge.judge(
            both,
            onNew,
            tasks,
            onRetained,
            control::cancelled,
            done -> control.judged(done, frames));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Judgement serving = found.get().get(0);
    Judgement candidate = found.get().get(1);
    serving
        .agreementByTask()
        .forEach((task, agreement) -> figures.put("task." + task + ".serving", agreement));
    candidate
        .agreementByTask()
        .forEach((task, agreement) -> figures.put("task." + task + ".candidate", agreement));
    return Optional.of(
        new Judged(
            serving.evaluation(),
            candidate.evaluation(),
            plugins
                .create(PluginKind.TASK_UPDATE_DECISION)
                .decide(serving.evaluation(), candidate.evaluation())));
  }
}
