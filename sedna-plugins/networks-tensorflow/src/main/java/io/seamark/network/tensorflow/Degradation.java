package io.seamark.network.tensorflow;

import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Makes a frame worse as bad light and a bad lens do: blur, a darker curve, less light, a colour
 * cast, less contrast, noise. What is in it stays the same, so that a network that knows only good
 * frames errs on it, and a predictor of its errors has something to learn.
 *
 * @param share probability that a frame is changed at all, 0 to 1
 */
public record Degradation(double share) {
  /** Three frames in four. */
  public static final Degradation STANDARD = new Degradation(0.75);

  /** Checks the range. */
  public Degradation {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share is " + share + ", but must be 0 to 1");
    }
  }

  /**
   * One random variant.
   *
   * @param sample is not changed
   * @param random equal states give equal variants
   * @return a new sample with the same target and depth, or the same sample
   */
  // The checker does not see on a record of another module that its depth may be null.
  @SuppressWarnings("NullAway")
  public TrainingSample apply(TrainingSample sample, SplittableRandom random) {
    if (random.nextDouble() >= share) {
      return sample;
    }
    Frame frame = sample.frame();
    byte[] rgb = frame.rgb();
    int passes = random.nextDouble() < 0.5 ? random.nextInt(1, 4) : 0;
    for (int i = 0; i < passes; i++) {
      rgb = blurred(rgb, frame.width(), frame.height());
    }
    // More strong ones than weak ones, but all strengths: most of a day is a little worse.
    double strength = Math.sqrt(random.nextDouble());
    double exponent = Math.exp(strength * between(random, -0.2, 1.0));
    double light = Math.exp(strength * between(random, -1.0, 0.2));
    double contrast = 1 + strength * between(random, -0.5, 0.1);
    double black = strength * between(random, 0, 0.1);
    double noise = random.nextDouble() < 0.7 ? strength * between(random, 0, 0.08) : 0;
    float[][] curves = new float[3][256];
    for (float[] curve : curves) {
      double gain = light * (1 + strength * between(random, -0.2, 0.2));
      for (int i = 0; i < 256; i++) {
        double value = gain * Math.pow(i / 255.0, exponent);
        curve[i] = (float) (255 * ((value - 0.5) * contrast + 0.5 - black));
      }
    }
    byte[] worse = new byte[rgb.length];
    for (int i = 0; i < worse.length; i++) {
      double value = curves[i % 3][rgb[i] & 0xFF];
      if (noise > 0) {
        value += 255 * noise * random.nextGaussian();
      }
      worse[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
    return new TrainingSample(
        new Frame(frame.width(), frame.height(), worse, frame.depth()), sample.target());
  }

  private static double between(RandomGenerator random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** The binomial 3x3 kernel; edges repeat. */
  private static byte[] blurred(byte[] rgb, int width, int height) {
    byte[] across = new byte[rgb.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int left = Math.max(0, x - 1);
        int right = Math.min(width - 1, x + 1);
        for (int c = 0; c < 3; c++) {
          across[3 * (y * width + x) + c] =
              mixed(
                  rgb[3 * (y * width + left) + c],
                  rgb[3 * (y * width + x) + c],
                  rgb[3 * (y * width + right) + c]);
        }
      }
    }
    byte[] both = new byte[rgb.length];
    int row = 3 * width;
    for (int y = 0; y < height; y++) {
      int above = Math.max(0, y - 1) * row;
      int below = Math.min(height - 1, y + 1) * row;
      for (int i = 0; i < row; i++) {
        both[y * row + i] = mixed(across[above + i], across[y * row + i], across[below + i]);
      }
    }
    return both;
  }

  private static byte mixed(byte before, byte here, byte after) {
    return (byte) (((before & 0xFF) + 2 * (here & 0xFF) + (after & 0xFF) + 2) / 4);
  }
}
