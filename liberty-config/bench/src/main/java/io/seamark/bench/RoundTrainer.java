package io.seamark.bench;

import io.seamark.bench.SampleIndex.Entry;
import io.seamark.bench.SampleIndex.Labelled;
import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.knowledge.frames.FrameSize;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.knowledge.training.ClassWeights;
import io.seamark.knowledge.training.Supply;
import io.seamark.knowledge.training.TrainingSize;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.network.tensorflow.TrainingSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Trains the edge model for one round, decoding frames when they are used. */
final class RoundTrainer {
  /** Samples whose classes are counted for the class weights. */
  private static final int COUNTED = 64;

  private final TrainingPlan plan;
  private final TrainingSize size;
  private final DepthScale scale;
  private final long seed;
  private final int threads;

  RoundTrainer(TrainingPlan plan, TrainingSize size, DepthScale scale, long seed, int threads) {
    this.plan = plan;
    this.size = size;
    this.scale = scale;
    this.seed = seed;
    this.threads = threads;
  }

  /**
   * What to learn from.
   *
   * @param sample the frame
   * @param answer a PNG of the cloud's answer, or null for the sample's own label
   * @param attributes what the task plugins know of it
   */
  record Target(Entry sample, @Nullable Path answer, Map<String, String> attributes) {
    /** Copies the map. */
    Target {
      attributes = Map.copyOf(attributes);
    }

    /** The sample with its own label. */
    static Target label(Entry sample) {
      return new Target(sample, null, sample.attributes());
    }

    LabelledFrame read(DepthScale scale) throws IOException {
      Labelled labelled = sample.read(scale);
      return new LabelledFrame(
          labelled.frame(),
          answer == null ? labelled.label() : Images.decodeClassMap(Files.readAllBytes(answer)));
    }
  }

  /**
   * Trains and saves.
   *
   * @param start model to start from
   * @param fresh the round's samples, at least one
   * @param rehearsal earlier labelled samples for half of each batch, or none
   * @param to file of the new model
   * @return one line on what was done
   * @throws IOException if the samples or the model cannot be read, or training diverged
   */
  String train(Path start, List<Target> fresh, List<Target> rehearsal, Path to) throws IOException {
    EdgeModel model = EdgeModel.load(start);
    SplittableRandom random = new SplittableRandom(seed);
    LabelledFrames samples = frames("samples of the round", fresh);
    FrameSize at = size.of(model, samples, plan.batch());
    Supply supply = new Supply(samples.at(at), random.split());
    Supply old =
        rehearsal.isEmpty()
            ? null
            : new Supply(frames("samples of round 0", rehearsal).at(at), random.split());
    LabelledFrame first = supply.read();
    // The branch for depth can only be trained where there is depth.
    boolean depth = model.depth() && first.frame().depth() != null;
    EdgeModel begin = new EdgeModel(model.weights(), model.classes(), model.normalisation(), depth);
    TrainingOptions options =
        TrainingOptions.fineTuning(plan.learningRate(), plan.batch(), seed, threads)
            .withClassWeights(
                plan.classWeights()
                    ? ClassWeights.of(
                        pixels(fresh, model.classes().size()),
                        pixels(rehearsal, model.classes().size()))
                    : List.of());
    int steps = plan.stepsFor(fresh.size());
    double begun = 0;
    double loss = 0;
    try (RfNetTrainer trainer = new RfNetTrainer(begin, at.width(), at.height(), options)) {
      for (int step = 0; step < steps; step++) {
        List<TrainingSample> batch = new ArrayList<>();
        for (int i = 0; i < plan.batch(); i++) {
          Supply from = old != null && i < plan.batch() / 2 ? old : supply;
          batch.add(Augmentation.STANDARD.apply(from.sample(depth), random));
        }
        loss =
            trainer.step(
                batch, TrainingOptions.cosine(plan.learningRate(), step, steps / 10, steps));
        if (!Double.isFinite(loss)) {
          throw new IOException("training diverged: the loss of step " + step + " is " + loss);
        }
        begun = step == 0 ? loss : begun;
      }
      trainer.snapshot().save(to, Precision.F16);
    }
    return String.format(
        Locale.ROOT, "%d steps on %d samples, loss %.3f to %.3f", steps, fresh.size(), begun, loss);
  }

  private LabelledFrames frames(String source, List<Target> targets) {
    return new LabelledFrames() {
      @Override
      public int size() {
        return targets.size();
      }

      @Override
      public LabelledFrame read(int index) throws IOException {
        try {
          return targets.get(index).read(scale);
        } catch (IllegalArgumentException e) {
          throw new IOException(targets.get(index).sample().line() + ": " + e.getMessage(), e);
        }
      }

      @Override
      public String source() {
        return source;
      }
    };
  }

  /** Pixels of each class in evenly spread samples; what cannot be read is not counted. */
  private long[] pixels(List<Target> targets, int classes) {
    long[] pixels = new long[classes];
    int counted = Math.min(targets.size(), COUNTED);
    for (int i = 0; i < counted; i++) {
      try {
        ClassWeights.count(
            targets.get((int) ((long) i * targets.size() / counted)).read(scale).target(), pixels);
      } catch (IOException | IllegalArgumentException e) {
        // The supply says so when it deals it.
      }
    }
    return pixels;
  }
}
