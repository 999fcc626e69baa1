package io.seamark.knowledge.training;

import io.seamark.imaging.Images;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.network.tensorflow.Augmentation;
import io.seamark.network.tensorflow.Degradation;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.HeadTrainer;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.TrainableModel;
import io.seamark.plugin.TrainerOptions;
import io.seamark.plugin.TrainingSample;
import io.seamark.setting.AppealNetSettings;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Trains the head that predicts a model's errors (AppealNet, arXiv 2105.04104) behind a network
 * that stays as it is.
 *
 * <p>Half of the frames are those the cloud has answered, with its answers as the truth; the other
 * half are retained frames with their labels. They are mirrored, magnified and made worse at
 * random, since the network hardly errs on frames of the world it was trained on.
 */
public final class AppealNetTraining {
  private static final double MAGNIFIED = 0.5;
  private static final double LARGEST_MAGNIFICATION = 2;

  private static final Augmentation MIRROR = new Augmentation(0.5, 0, 0);

  private AppealNetTraining() {}

  /**
   * Trains a fresh head.
   *
   * @param start the model
   * @param answered frames with the cloud's answers, or {@link LabelledFrames#NONE}
   * @param retained frames with labels, or {@link LabelledFrames#NONE}; not both
   * @param size that every frame is brought to
   * @param settings how
   * @param seed of every random choice
   * @param threads for training, at least 1
   * @param control watches the examined frames and stops it
   * @param figures gets {@code appealnet_first_loss} and {@code appealnet_last_loss}, means over a
   *     tenth of the steps
   * @return the model with the trained head, its other weights unchanged; empty if it was stopped
   * @throws IOException if too many frames cannot be read
   * @throws IllegalArgumentException if there are no frames at all, or the model can have no head
   */
  public static Optional<TrainableModel> train(
      TrainableModel start,
      LabelledFrames answered,
      LabelledFrames retained,
      FrameSize size,
      AppealNetSettings settings,
      long seed,
      int threads,
      RoundControl control,
      Map<String, Double> figures)
      throws IOException {
    Draws draws = new Draws(seed);
    List<ShuffledFrames> supplies = new ArrayList<>();
    for (LabelledFrames frames : List.of(answered, retained)) {
      if (frames.size() > 0) {
        supplies.add(new ShuffledFrames(frames.at(size), draws.of(supplies.size())));
      }
    }
    if (supplies.isEmpty()) {
      throw new IllegalArgumentException("there are no frames to train the AppealNet head on");
    }
    LabelledFrames.LabelledFrame first = supplies.get(0).read(0);
    int width = size.width();
    int height = size.height();
    boolean depth = start.facts().depth() && first.frame().depth() != null;
    TrainerOptions options =
        new TrainerOptions(
            width,
            height,
            depth,
            settings.batch(),
            settings.learningRate(),
            List.of(),
            0,
            seed,
            threads);
    try (HeadTrainer head =
        start
            .head(ModelOutput.APPEAL, options)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "this base model can have no " + ModelOutput.APPEAL.text()))) {
      for (int i = 0; i < settings.frames(); i++) {
        if (control.cancelled()) {
          return Optional.empty();
        }
        ShuffledFrames from = supplies.get(i % supplies.size());
        SplittableRandom random = draws.of(supplies.size()).of(i).random();
        TrainingSample sample = magnified(from.sample(i / supplies.size(), depth), random);
        sample = Degradation.STANDARD.apply(sample, random);
        sample = MIRROR.apply(sample, random);
        double loss = head.examine(sample);
        control.trained(i + 1, settings.frames(), loss);
      }
      HeadTrainer.Trained trained = head.train(settings.steps(), settings.cost());
      figures.put("appealnet_first_loss", trained.firstLoss());
      figures.put("appealnet_last_loss", trained.lastLoss());
      return Optional.of(trained.model());
    }
  }

  /** A part of the frame at its full size: the classes' shares and their looks change. */
  // The checker does not see on a record of another module that its depth may be null.
  @SuppressWarnings("NullAway")
  private static TrainingSample magnified(TrainingSample sample, SplittableRandom random) {
    if (random.nextDouble() >= MAGNIFIED) {
      return sample;
    }
    Frame frame = sample.frame();
    int width = frame.width();
    int height = frame.height();
    double factor = Math.pow(LARGEST_MAGNIFICATION, random.nextDouble());
    int columns = Math.max(1, (int) (width / factor));
    int rows = Math.max(1, (int) (height / factor));
    int left = random.nextInt(width - columns + 1);
    int top = random.nextInt(height - rows + 1);
    byte[] depth = frame.depth();
    Frame part =
        new Frame(
            columns,
            rows,
            cut(frame.rgb(), width, 3, left, top, columns, rows),
            depth == null ? null : cut(depth, width, 1, left, top, columns, rows));
    ClassMap target =
        new ClassMap(
            columns, rows, cut(sample.target().classes(), width, 1, left, top, columns, rows));
    return new TrainingSample(
        Images.resize(part, width, height), Images.resize(target, width, height));
  }

  private static byte[] cut(
      byte[] pixels, int width, int bytes, int left, int top, int columns, int rows) {
    byte[] part = new byte[columns * rows * bytes];
    for (int y = 0; y < rows; y++) {
      System.arraycopy(
          pixels, ((top + y) * width + left) * bytes, part, y * columns * bytes, columns * bytes);
    }
    return part;
  }
}
