package io.seamark.bench;

import io.seamark.bench.SampleIndex.Entry;
import io.seamark.bench.SampleIndex.Labelled;
import io.seamark.imaging.Images;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.network.tensorflow.TrainingSample;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Trains the edge model for one round, decoding frames when they are used. */
final class RoundTrainer {
  private final TrainingPlan plan;
  private final long seed;
  private final int threads;

  RoundTrainer(TrainingPlan plan, long seed, int threads) {
    this.plan = plan;
    this.seed = seed;
    this.threads = threads;
  }

  /**
   * What to learn from.
   *
   * @param sample the frame
   * @param answer a PNG of the cloud's answer, or null for the sample's own label
   */
  record Target(Entry sample, @Nullable Path answer) {}

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
    Random random = new Random(seed);
    Deck deck = new Deck(fresh, random);
    Deck old = rehearsal.isEmpty() ? null : new Deck(rehearsal, random);
    TrainingSample first = deck.next();
    int width = first.frame().width();
    int height = first.frame().height();
    // The branch for depth can only be trained where there is depth.
    boolean depth = model.depth() && first.frame().depth() != null;
    EdgeModel begin = new EdgeModel(model.weights(), model.classes(), model.normalisation(), depth);
    TrainingOptions options =
        TrainingOptions.fineTuning(plan.learningRate(), plan.batch(), seed, threads);
    int steps = plan.stepsFor(fresh.size());
    double begun = 0;
    double loss = 0;
    try (RfNetTrainer trainer = new RfNetTrainer(begin, width, height, options)) {
      for (int step = 0; step < steps; step++) {
        List<TrainingSample> batch = new ArrayList<>();
        for (int i = 0; i < plan.batch(); i++) {
          Deck from = old != null && i < plan.batch() / 2 ? old : deck;
          batch.add(Augmentation.STANDARD.apply(fit(from.next(), width, height, depth), random));
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

  @SuppressWarnings("NullAway") // It does not see from the class file that depth may be null.
  private static TrainingSample fit(TrainingSample sample, int width, int height, boolean depth) {
    Frame frame = sample.frame();
    ClassMap target = sample.target();
    if (frame.width() != width || frame.height() != height) {
      frame = Images.resize(frame, width, height);
      target = Images.resize(target, width, height);
    }
    if (depth && frame.depth() == null) {
      frame = new Frame(width, height, frame.rgb(), new byte[width * height]);
    }
    return new TrainingSample(frame, target);
  }

  /** Deals readable samples at random, each once before any comes again. */
  private static final class Deck {
    private final List<Target> cards;
    private final Random random;
    private int next;

    Deck(List<Target> cards, Random random) {
      this.cards = new ArrayList<>(cards);
      this.random = random;
      this.next = cards.size();
    }

    TrainingSample next() throws IOException {
      IOException last = null;
      while (!cards.isEmpty()) {
        if (next >= cards.size()) {
          Collections.shuffle(cards, random);
          next = 0;
        }
        Target card = cards.get(next);
        try {
          Labelled sample = card.sample().read();
          Path answer = card.answer();
          ClassMap target =
              answer == null ? sample.label() : Images.decodeClassMap(Files.readAllBytes(answer));
          next++;
          return new TrainingSample(sample.frame(), target);
        } catch (IOException e) {
          last = e;
          cards.remove(next);
        }
      }
      throw new IOException("no sample to train on can be read", last);
    }
  }
}
