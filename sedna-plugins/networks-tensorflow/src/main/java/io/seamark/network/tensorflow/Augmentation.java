package io.seamark.network.tensorflow;

import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.util.random.RandomGenerator;

/**
 * Random changes of a training sample that leave its meaning: a mirrored street is a street, and a
 * darker one too. Self-training needs them, since a network that sees its own answer on the same
 * pixels again learns nothing.
 *
 * @param flip probability of a horizontal mirror image, 0 to 1
 * @param gamma largest change of the exponent of brightness, as a factor: the exponent is drawn
 *     from {@code 1 / (1 + gamma)} to {@code 1 + gamma}, evenly in its logarithm; 0 or more
 * @param colour largest change of each channel's gain, as a share, 0 to 1
 */
public record Augmentation(double flip, double gamma, double colour) {
  /** Leaves samples as they are. */
  public static final Augmentation NONE = new Augmentation(0, 0, 0);

  /** What self-training uses. */
  public static final Augmentation STANDARD = new Augmentation(0.5, 0.5, 0.15);

  /** Checks the ranges. */
  public Augmentation {
    if (!(flip >= 0 && flip <= 1) || !(gamma >= 0 && gamma < 10) || !(colour >= 0 && colour <= 1)) {
      throw new IllegalArgumentException(
          String.format(
              "flip is %s, gamma %s and colour %s, but they must be 0 to 1, 0 to 10 and 0 to 1",
              flip, gamma, colour));
    }
  }

  /**
   * One random variant.
   *
   * @param sample is not changed
   * @param random equal states give equal variants
   * @return a new sample
   */
  // The checker does not see on a record of another module that its depth may be null.
  @SuppressWarnings("NullAway")
  public TrainingSample apply(TrainingSample sample, RandomGenerator random) {
    boolean mirrored = random.nextDouble() < flip;
    double exponent = Math.exp((2 * random.nextDouble() - 1) * Math.log1p(gamma));
    byte[][] tables = new byte[3][256];
    for (byte[] table : tables) {
      double gain = 1 + colour * (2 * random.nextDouble() - 1);
      for (int i = 0; i < 256; i++) {
        table[i] = (byte) Math.min(255, Math.round(255 * gain * Math.pow(i / 255.0, exponent)));
      }
    }
    Frame frame = sample.frame();
    int width = frame.width();
    int height = frame.height();
    byte[] rgb = frame.rgb().clone();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = tables[i % 3][rgb[i] & 0xFF];
    }
    Frame coloured = new Frame(width, height, rgb, frame.depth());
    return mirrored
        ? new TrainingSample(coloured.mirrored(), sample.target().mirrored())
        : new TrainingSample(coloured, sample.target());
  }
}
