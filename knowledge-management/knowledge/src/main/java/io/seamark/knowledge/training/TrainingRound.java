package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.evaluation.ModelJudge;
import io.seamark.knowledge.frames.BufferedFrames;
import io.seamark.knowledge.frames.FrameSize;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.model.ModelRegistry;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Software;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.Weights;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.network.tensorflow.TrainingSample;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.registry.ConfiguredPlugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round of lifelong learning: from the champion, on buffered samples with the cloud's answers
 * as targets, mixed with retained labelled frames so that the first world is not forgotten
 * (rehearsal); then judged against the champion on frames that no round trains on.
 *
 * <p>The samples are divided into tasks and every task is met equally often, however few of the
 * samples it has; tasks with fewer than {@link io.seamark.plugin.TaskGroup#MIN_TRAIN_SAMPLE} are
 * drawn from together.
 *
 * <p>Frames are decoded when they are used and brought to a size that no buffered sample has a say
 * in, so memory depends on neither their number nor their sizes.
 */
public final class TrainingRound {
  /** The kinds that take part in a round. */
  public static final List<PluginKind<?>> KINDS =
      Stream.concat(
              Stream.of(
                  PluginKind.REPLAY_POLICY,
                  PluginKind.TASK_UPDATE_DECISION,
                  PluginKind.KNOWLEDGE_MANAGEMENT,
                  PluginKind.BASEMODEL),
              RoundTasks.KINDS.stream())
          .toList();

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRound.class);

  /** Retained frames whose labels are counted for class weights. */
  private static final int COUNTED_RETAINED = 16;

  private final RoundSettings settings;
  private final ConfiguredPlugins plugins;
  private final LabelledFrames retained;

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
    RoundTasks.check(plugins);
  }

  /**
   * The size that a round would have, which no buffered sample has a say in.
   *
   * @param model to be trained
   * @return the size of every frame that is trained or judged on
   * @throws IllegalArgumentException if its memory is above the bound
   * @throws IOException if the retained frames cannot be read
   */
  public FrameSize size(EdgeModel model) throws IOException {
    return settings.size().of(model, retained, settings.batch());
  }

  /** What a round may read, decided before it begins. */
  private record Plan(
      FrameSize size,
      long first,
      long next,
      List<Long> train,
      List<Long> heldOut,
      List<Integer> retainedTrain,
      List<Integer> retainedHeldOut,
      long[] pixels,
      RoundTasks tasks) {}

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
    EdgeModel start = EdgeModel.load(serving);
    int classes = start.classes().size();
    Plan plan = plan(size(start), buffer, classes);
    if (plan.train().isEmpty() || plan.heldOut().isEmpty()) {
      return new RoundResult.Idle(
          String.format(
              "%d samples to train on and %d held out, but both are needed",
              plan.train().size(), plan.heldOut().size()));
    }
    long begun = System.nanoTime();
    Map<String, Double> figures = new TreeMap<>(plan.tasks().figures());
    LOG.info("tasks of the round: {}", figures);
    Optional<EdgeModel> trained = train(start, plan, buffer, control, figures);
    if (trained.isEmpty()) {
      return new RoundResult.Cancelled();
    }
    figures.put("seconds", (System.nanoTime() - begun) / 1e9);
    Provenance provenance = provenance(champion, plan, buffer, figures);
    ModelRegistry.Staged staged =
        registry.stage((file, version) -> save(trained.get(), file, version, champion, provenance));
    try {
      ModelJudge judge = new ModelJudge(plugins.create(PluginKind.BASEMODEL), classes);
      LabelledFrames onNew = BufferedFrames.answers(buffer, plan.heldOut()).at(plan.size());
      LabelledFrames onRetained = choose(retained, plan.retainedHeldOut()).at(plan.size());
      int frames = onNew.size() + onRetained.size();
      List<String> heldOutTasks =
          plan.heldOut().stream().map(s -> plan.tasks().taskOf().getOrDefault(s, "")).toList();
      Optional<List<ModelJudge.Judgement>> judged =
          judge.judge(
              List.of(serving, staged.file()),
              onNew,
              heldOutTasks,
              onRetained,
              control::cancelled,
              done -> control.judged(done, frames));
      if (judged.isEmpty()) {
        registry.discard(staged);
        return new RoundResult.Cancelled();
      }
      Evaluation before = judged.get().get(0).evaluation();
      Evaluation after = judged.get().get(1).evaluation();
      judged
          .get()
          .get(0)
          .agreementByTask()
          .forEach((task, agreement) -> figures.put("task." + task + ".serving", agreement));
      judged
          .get()
          .get(1)
          .agreementByTask()
          .forEach((task, agreement) -> figures.put("task." + task + ".candidate", agreement));
      TaskUpdateDecision decision = plugins.create(PluginKind.TASK_UPDATE_DECISION);
      return new RoundResult.Judged(
          registry.judge(
              staged,
              champion.version(),
              decision.decide(before, after),
              before,
              after,
              provenance(champion, plan, buffer, figures)));
    } catch (IOException | RuntimeException e) {
      registry.discard(staged);
      throw e;
    }
  }

  private Plan plan(FrameSize size, ReplayBuffer buffer, int classes) {
    Holdout holdout = new Holdout(settings.holdout());
    ReplayPolicy policy = plugins.create(PluginKind.REPLAY_POLICY);
    List<Long> heldOut = new ArrayList<>();
    buffer
        .entries()
        .forEach(
            entry -> {
              if (holdout.holds(entry.sequence())) {
                heldOut.add(entry.sequence());
              } else {
                policy.offer(entry.candidate());
              }
            });
    List<Long> judgedOn = spread(heldOut, settings.judgeFrames());
    // A second pass rather than a map: the policy keeps few of a buffer that grows without bound.
    Set<Long> kept = new HashSet<>(policy.retained());
    Set<Long> taken = new HashSet<>(kept);
    taken.addAll(judgedOn);
    List<TaskSample> samples =
        buffer
            .entries()
            .filter(entry -> taken.contains(entry.sequence()))
            .map(TrainingRound::taskSample)
            .toList();
    RoundTasks tasks = RoundTasks.of(plugins, samples, kept);
    kept.retainAll(new HashSet<>(tasks.trained()));
    List<Integer> retainedTrain = new ArrayList<>();
    List<Integer> retainedHeldOut = new ArrayList<>();
    for (int i = 0; i < retained.size(); i++) {
      (holdout.holds(i) ? retainedHeldOut : retainedTrain).add(i);
    }
    return new Plan(
        size,
        buffer.first(),
        buffer.next(),
        tasks.trained(),
        judgedOn,
        retainedTrain,
        spread(retainedHeldOut, settings.judgeRetained()),
        pixels(buffer, kept, size, classes),
        tasks);
  }

  /** Pixels of each class, every sample brought to one size: a large one counts as any other. */
  static long[] pixels(ReplayBuffer buffer, Set<Long> kept, FrameSize size, int classes) {
    long[] pixels = new long[classes];
    double all = (double) size.width() * size.height();
    buffer
        .entries()
        .filter(entry -> kept.contains(entry.sequence()))
        .forEach(
            entry -> {
              List<Long> counts = entry.pixelsByClass();
              long decided = counts.stream().mapToLong(Long::longValue).sum();
              for (int c = 0; decided > 0 && c < Math.min(classes, counts.size()); c++) {
                pixels[c] += Math.round((double) counts.get(c) / decided * all);
              }
            });
    return pixels;
  }

  private static TaskSample taskSample(ReplayBuffer.Entry entry) {
    Map<String, String> attributes = new TreeMap<>();
    attributes.put(TaskSample.ID, entry.id());
    attributes.put(TaskSample.EDGE, entry.edge());
    if (!entry.domain().isEmpty()) {
      attributes.put(TaskSample.DOMAIN, entry.domain());
    }
    return new TaskSample(entry.sequence(), attributes);
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

  private Optional<EdgeModel> train(
      EdgeModel start,
      Plan plan,
      ReplayBuffer buffer,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    SplittableRandom random = new SplittableRandom(settings.seed() ^ plan.next());
    List<ShuffledFrames> fresh = new ArrayList<>();
    for (List<Long> draw : plan.tasks().draws()) {
      fresh.add(
          new ShuffledFrames(BufferedFrames.answers(buffer, draw).at(plan.size()), random.split()));
    }
    LabelledFrames rehearsal = choose(retained, plan.retainedTrain()).at(plan.size());
    @Nullable ShuffledFrames old =
        rehearsal.size() == 0 ? null : new ShuffledFrames(rehearsal, random.split());
    LabelledFrame first = fresh.get(0).read();
    // The branch for depth can only be trained where there is depth.
    boolean depth = start.depth() && first.frame().depth() != null;
    EdgeModel begin = new EdgeModel(start.weights(), start.classes(), start.normalisation(), depth);
    int rehearsed = old == null ? 0 : settings.batch() / 2;
    TrainingOptions options =
        TrainingOptions.fineTuning(
                settings.learningRate(), settings.batch(), settings.seed(), settings.threads())
            .withClassWeights(
                settings.classWeights() ? classWeights(plan.pixels(), rehearsal) : List.of());
    int steps = settings.steps();
    int edge = Math.max(1, steps / 10);
    double firstLoss = 0;
    double lastLoss = 0;
    int drawn = 0;
    if (control.cancelled()) {
      return Optional.empty();
    }
    try (RfNetTrainer trainer =
        new RfNetTrainer(begin, plan.size().width(), plan.size().height(), options)) {
      for (int step = 0; step < steps; step++) {
        if (control.cancelled()) {
          return Optional.empty();
        }
        List<TrainingSample> batch = new ArrayList<>();
        for (int i = 0; i < settings.batch(); i++) {
          ShuffledFrames from =
              old != null && i < rehearsed ? old : fresh.get(drawn++ % fresh.size());
          batch.add(Augmentation.STANDARD.apply(from.sample(depth), from.random));
        }
        double loss =
            trainer.step(batch, TrainingOptions.cosine(settings.learningRate(), step, edge, steps));
        if (!Double.isFinite(loss)) {
          throw new IOException("training diverged: the loss of step " + step + " is " + loss);
        }
        firstLoss += step < edge ? loss / edge : 0;
        lastLoss += step >= steps - edge ? loss / edge : 0;
        control.trained(step + 1, steps, loss);
      }
      figures.put("steps", (double) steps);
      figures.put("first_loss", firstLoss);
      figures.put("last_loss", lastLoss);
      figures.put(
          "unreadable",
          (double) fresh.stream().mapToInt(supply -> supply.unreadable).sum()
              + (old == null ? 0 : old.unreadable));
      begin = trainer.snapshot();
    }
    return refreshed(begin, plan, buffer, control, figures);
  }

  /** The head that predicts a model's errors is out of date once the model has learnt. */
  private Optional<EdgeModel> refreshed(
      EdgeModel trained,
      Plan plan,
      ReplayBuffer buffer,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    AppealNetSettings appealNet = settings.appealNet();
    if (appealNet.frames() == 0 || !RfNet.hasAppealNet(trained.weights())) {
      return Optional.of(trained);
    }
    return AppealNetTraining.train(
        trained,
        BufferedFrames.answers(buffer, plan.train()),
        choose(retained, plan.retainedTrain()),
        plan.size(),
        appealNet,
        settings.seed() ^ plan.next(),
        settings.threads(),
        control,
        figures);
  }

  private List<Double> classWeights(long[] newPixels, LabelledFrames rehearsal) {
    long[] oldPixels = new long[newPixels.length];
    int counted = Math.min(rehearsal.size(), COUNTED_RETAINED);
    for (int i = 0; i < counted; i++) {
      try {
        int index = (int) ((long) i * rehearsal.size() / counted);
        ClassWeights.count(rehearsal.read(index).target(), oldPixels);
      } catch (IOException e) {
        LOG.warn("a retained frame is not counted: {}", e.getMessage());
      }
    }
    return ClassWeights.of(newPixels, oldPixels);
  }

  private static LabelledFrames choose(LabelledFrames all, List<Integer> indices) {
    return new LabelledFrames() {
      @Override
      public int size() {
        return indices.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        return all.read(indices.get(index));
      }

      @Override
      public String source() {
        return "retained frames (" + all.source() + ")";
      }
    };
  }

  private static void save(
      EdgeModel model, Path file, String version, ModelVersion parent, Provenance provenance)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(model.weights().metadata());
    metadata.put(EdgeModel.VERSION, version);
    metadata.put(EdgeModel.PARENT, parent.version());
    metadata.put(EdgeModel.PROVENANCE, ModelRegistry.json(provenance));
    // Half precision halves what every edge fetches; what is judged is this very file.
    model.withWeights(new Weights(model.weights().tensors(), metadata)).save(file, Precision.F16);
  }

  private Provenance provenance(
      ModelVersion parent, Plan plan, ReplayBuffer buffer, Map<String, Double> figures) {
    Map<String, String> chosen = new TreeMap<>();
    for (PluginKind<?> kind : KINDS) {
      chosen.putAll(plugins.effective(kind));
    }
    Map<String, String> hyperparameters = settings.asMap();
    hyperparameters.put(TrainingSize.SIZE, plan.size().toString());
    return new Provenance(
        Provenance.TRAINING,
        null,
        parent.sha256(),
        new Provenance.BufferUse(
            plan.first(),
            plan.next(),
            Provenance.Range.of(plan.train()),
            Provenance.Range.of(plan.heldOut()),
            Map.of()),
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
