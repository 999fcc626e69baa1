package io.seamark.knowledge.training;

import io.seamark.host.TemporaryFolder;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.model.Provenance;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.plugin.ModelTrainer;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.TrainableModel;
import io.seamark.plugin.TrainerOptions;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.setting.FrameSize;
import io.seamark.setting.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a round. What a step does depends on the weights before it and on its number, so a
 * training that goes on from a checkpoint ends as if it had never been cut short.
 */
final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  /** Retained frames whose labels are counted for class weights. */
  private static final int COUNTED_RETAINED = 16;

  /** Of the new weights in the candidate that keeps most of the old model. */
  private static final double HALF = 0.5;

  private final RoundSettings settings;
  private final ConfiguredPlugins plugins;
  private final Learner.Sources sources;
  private final LabelledFrames rehearsal;
  private final List<Long> trained;
  private final List<LabelledFrames> stream = new ArrayList<>();
  private final RoundControl control;
  private final Checkpoints checkpoints;

  /** What labelled the stream anew; null before that, or where it had learnt nothing. */
  private @Nullable TrainableModel restyled;

  /**
   * What a training gave.
   *
   * @param candidates the models that may serve, at least one
   * @param curve how the loss fell
   */
  record Trained(List<Learner.Candidate> candidates, List<Provenance.Point> curve) {}

  /**
   * A training that has not begun.
   *
   * @param settings of the round
   * @param plugins of the kinds {@link Learner#KINDS}
   * @param sources what the round may read
   * @param model its index
   * @param rehearsal retained frames that are trained on
   * @param control watches and stops it
   * @param checkpoints where it is kept
   */
  Training(
      RoundSettings settings,
      ConfiguredPlugins plugins,
      Learner.Sources sources,
      int model,
      LabelledFrames rehearsal,
      RoundControl control,
      Checkpoints checkpoints) {
    this.settings = settings;
    this.plugins = plugins;
    this.sources = sources;
    this.rehearsal = rehearsal;
    this.trained = sources.tasks().trained(model);
    for (List<Long> draw : sources.tasks().draws(model)) {
      stream.add(sources.samples().frames(draw).at(sources.size()));
    }
    this.control = control;
    this.checkpoints = checkpoints;
  }

  /**
   * Trains.
   *
   * @param start what it begins from
   * @param steps of the optimiser, at least 1
   * @param figures gets {@code seconds} and those that {@link Learner.Plan#train} names
   * @return the new models; empty if it was stopped
   * @throws IOException if too many frames cannot be read, or training diverged
   */
  Optional<Trained> run(TrainableModel start, int steps, Map<String, Double> figures)
      throws IOException {
    long begun = System.nanoTime();
    Draws draws = new Draws(settings.seed() ^ sources.next());
    LabelledFrames retained = rehearsal.at(sources.size());
    LabelledFrame first = new ShuffledFrames(stream.get(0), draws.of(0)).read(0);
    // The branch for depth can only be trained where there is depth.
    boolean depth = start.facts().depth() && first.frame().depth() != null;
    TrainerOptions options = options(start, steps, retained, depth);
    if (control.cancelled()) {
      return Optional.empty();
    }
    Curriculum curriculum =
        new Curriculum(
            settings.training(),
            steps,
            stream,
            retained,
            start.facts().classes().size(),
            plugins.create(PluginKind.SAMPLE_AUGMENTATION),
            sources.size(),
            depth,
            draws.of(1));
    TrainingProgress progress = TrainingProgress.none(steps);
    Checkpoints.@Nullable Kept kept = checkpoints.last().orElse(null);
    ModelTrainer resumed = kept == null ? null : resumed(start, options, kept);
    if (kept != null && resumed != null) {
      progress = kept.progress();
      control.resumed(progress.done(), steps);
    }
    double before = progress.seconds();
    List<Learner.Candidate> candidates;
    try (ModelTrainer trainer = resumed == null ? start.trainer(options) : resumed;
        Batches batches = new Batches(curriculum, steps)) {
      if (kept != null && resumed != null && curriculum.relabelledBefore(progress.done())) {
        Path labeller = kept.labeller();
        if (labeller == null) {
          throw new IOException("the checkpoint lacks the model that labelled the stream anew");
        }
        curriculum.relabel(labeller, plugins.create(PluginKind.BASEMODEL), control);
        restyled = curriculum.relabels(0) ? null : restyled(labeller);
      }
      int written = progress.done();
      for (int step = progress.done(); step < steps; step++) {
        if (curriculum.relabels(step)) {
          relabel(curriculum, trainer, step);
        }
        if (control.cancelled()) {
          if (written < progress.done()) {
            checkpoints.keep(progress, trainer);
          }
          return Optional.empty();
        }
        Curriculum.Batch batch = batches.take(step);
        double learningRate =
            TrainingOptions.cosine(
                settings.training().learningRate(), step, TrainingProgress.edge(steps), steps);
        double loss = trainer.step(batch.samples(), learningRate);
        if (!Double.isFinite(loss)) {
          throw new IOException("training diverged: the loss of step " + step + " is " + loss);
        }
        progress =
            progress.plus(
                loss,
                learningRate,
                curriculum.phase(step),
                batch.unreadable(),
                before + seconds(begun));
        control.trained(step + 1, steps, loss);
        if (checkpoints.due(progress)) {
          checkpoints.keep(progress, trainer);
          written = progress.done();
        }
      }
      progress.into(figures);
      figures.put("arithmetic_bits", (double) trainer.arithmeticBits());
      figures.put("relabelled", (double) curriculum.relabelled());
      candidates = candidates(start, trainer.averaged(), trainer.snapshot());
    }
    figures.put("seconds", before + seconds(begun));
    return Optional.of(new Trained(candidates, progress.curve()));
  }

  private List<Learner.Candidate> candidates(
      TrainableModel start, Optional<TrainableModel> averaged, TrainableModel last) {
    List<Learner.Candidate> candidates = new ArrayList<>();
    for (TrainingSettings.Candidate name : settings.training().candidateList()) {
      Optional<TrainableModel> model =
          switch (name) {
            case AVERAGED -> averaged;
            case LAST -> Optional.of(last);
            case RESTYLED -> Optional.ofNullable(restyled);
            case HALFWAY -> start.mixed(averaged.orElse(last), HALF);
          };
      model.ifPresent(found -> candidates.add(new Learner.Candidate(name, found)));
    }
    return candidates.isEmpty()
        ? List.of(new Learner.Candidate(TrainingSettings.Candidate.LAST, last))
        : candidates;
  }

  /** As its file has it, so that a round that was cut short has the same one. */
  private @Nullable TrainableModel restyled(Path labeller) throws IOException {
    return settings.training().candidateList().contains(TrainingSettings.Candidate.RESTYLED)
        ? plugins.create(PluginKind.BASEMODEL_TRAINING).load(labeller)
        : null;
  }

  private static double seconds(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** A trainer at a checkpoint; null where this model's cannot go on, or not from this file. */
  private @Nullable ModelTrainer resumed(
      TrainableModel start, TrainerOptions options, Checkpoints.Kept kept) {
    String reason = "this base model's training cannot go on from one";
    try {
      Optional<ModelTrainer> trainer = start.resume(options, kept.trainer());
      if (trainer.isPresent()) {
        return trainer.get();
      }
    } catch (IOException e) {
      reason = String.valueOf(e.getMessage());
    }
    LOG.warn("the training begins anew, not from its checkpoint: {}", reason);
    checkpoints.forget();
    return null;
  }

  private TrainerOptions options(
      TrainableModel start, int steps, LabelledFrames retained, boolean depth) {
    TrainingSettings training = settings.training();
    FrameSize viewed = Curriculum.viewed(training, sources.size());
    int classes = start.facts().classes().size();
    return new TrainerOptions(
        viewed.width(),
        viewed.height(),
        depth,
        training.batch(),
        training.learningRate(),
        training.classWeights() ? classWeights(classes, retained) : List.of(),
        training.averaging() == 0 ? 0 : Math.min(1, 1 / (training.averaging() * steps)),
        settings.seed(),
        settings.threads());
  }

  private List<Double> classWeights(int classes, LabelledFrames retained) {
    long[] oldPixels = new long[classes];
    int counted = Math.min(retained.size(), COUNTED_RETAINED);
    for (int i = 0; i < counted; i++) {
      try {
        int index = (int) ((long) i * retained.size() / counted);
        ClassWeights.count(retained.read(index).target(), oldPixels);
      } catch (IOException e) {
        LOG.warn("a retained frame is not counted: {}", e.getMessage());
      }
    }
    return ClassWeights.of(
        Learner.pixels(sources.samples(), new HashSet<>(trained), sources.size(), classes),
        oldPixels);
  }

  private void relabel(Curriculum curriculum, ModelTrainer trainer, int step) throws IOException {
    Path file = Files.createTempFile(TemporaryFolder.path(), "seamark-round", ".model");
    try {
      trainer.averaged().orElseGet(trainer::snapshot).save(file, Map.of());
      checkpoints.labelledBy(file);
      curriculum.relabel(file, plugins.create(PluginKind.BASEMODEL), control);
      restyled = step == 0 ? null : restyled(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
