package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.network.EdgeModel;
import io.seamark.network.RfNet;
import io.seamark.network.RfNetWeights;
import io.seamark.network.tensorflow.AppealNetLoss;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.Degradation;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.network.tensorflow.TrainingSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Trains AppealNet's predictor head (arXiv 2105.04104) by the paper's loss behind a network that
 * stays as it is. The paper starts from a trained edge network too, but lets it learn along; with a
 * few frames and answers that are no labels, the network is left to the training round.
 *
 * <p>Half of each step's frames are those the cloud has answered, with its answers as the truth;
 * the other half are retained frames with their labels. All are made worse at random, since the
 * network hardly errs on frames of the world it was trained on.
 */
public final class AppealNetTraining {
  private static final double WEIGHT_DECAY = 1e-2;

  private static final Augmentation MIRROR = new Augmentation(0.5, 0, 0);

  private AppealNetTraining() {}

  /**
   * Trains the head, a fresh one if the model has none.
   *
   * @param start the model
   * @param answered frames with the cloud's answers, or {@link LabelledFrames#NONE}
   * @param retained frames with labels, or {@link LabelledFrames#NONE}; not both
   * @param settings how
   * @param seed of every random choice
   * @param threads for training, at least 1
   * @param control watches and stops it
   * @param figures gets {@code appealnet_first_loss} and {@code appealnet_last_loss}, means over a
   *     tenth of the steps
   * @return the model with the trained head, its other weights unchanged; empty if it was stopped
   * @throws IOException if too many frames cannot be read
   * @throws IllegalArgumentException if there are no frames at all
   */
  public static Optional<EdgeModel> train(
      EdgeModel start,
      LabelledFrames answered,
      LabelledFrames retained,
      AppealNetSettings settings,
      long seed,
      int threads,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<Supply> supplies = new ArrayList<>();
    for (LabelledFrames frames : List.of(answered, retained)) {
      if (frames.size() > 0) {
        supplies.add(new Supply(frames, random.split()));
      }
    }
    if (supplies.isEmpty()) {
      throw new IllegalArgumentException("there are no frames to train the AppealNet head on");
    }
    LabelledFrames.LabelledFrame sizing = supplies.get(0).read();
    int width = sizing.frame().width();
    int height = sizing.frame().height();
    boolean depth = start.depth() && sizing.frame().depth() != null;
    EdgeModel begin =
        new EdgeModel(
            RfNet.hasAppealNet(start.weights())
                ? start.weights()
                : RfNetWeights.withAppealNet(start.weights(), seed),
            start.classes(),
            start.normalisation(),
            depth);
    TrainingOptions options =
        TrainingOptions.fineTuning(settings.learningRate(), settings.batch(), seed, threads)
            .withWeightDecay(WEIGHT_DECAY);
    int steps = settings.steps();
    int edge = Math.max(1, steps / 10);
    double firstLoss = 0;
    double lastLoss = 0;
    AppealNetLoss loss = new AppealNetLoss(settings.cost(), true);
    try (RfNetTrainer trainer = new RfNetTrainer(begin, width, height, options, loss)) {
      for (int step = 0; step < steps; step++) {
        if (control.cancelled()) {
          return Optional.empty();
        }
        List<TrainingSample> batch = new ArrayList<>();
        for (int i = 0; i < settings.batch(); i++) {
          // In turn also over the steps, so that a batch of one sees both.
          Supply from = supplies.get((step * settings.batch() + i) % supplies.size());
          TrainingSample sample = from.sample(width, height, depth);
          sample = Degradation.STANDARD.apply(sample, from.random);
          batch.add(MIRROR.apply(sample, from.random));
        }
        double now =
            trainer.step(batch, TrainingOptions.cosine(settings.learningRate(), step, edge, steps));
        if (!Double.isFinite(now)) {
          throw new IOException(
              "training the AppealNet head diverged: the loss of step " + step + " is " + now);
        }
        firstLoss += step < edge ? now / edge : 0;
        lastLoss += step >= steps - edge ? now / edge : 0;
        control.trained(step + 1, steps, now);
      }
      figures.put("appealnet_first_loss", firstLoss);
      figures.put("appealnet_last_loss", lastLoss);
      EdgeModel trained = trainer.snapshot();
      return Optional.of(
          new EdgeModel(trained.weights(), start.classes(), start.normalisation(), start.depth()));
    }
  }
}
