package io.seamark.knowledge.augmentation;

import io.seamark.perception.Frame;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.plugin.TrainingSample;
import java.util.random.RandomGenerator;

/**
 * Gives a labelled frame the light and colours of a frame of the stream: what is in it stays, so
 * its labels stay true. The means and deviations of three channels that hardly depend on each other
 * are matched (Reinhard et al. 2001, Color Transfer between Images), in logarithms, since light
 * multiplies. It knows nothing of dusk or rain: each brings its own statistics.
 *
 * <p>With x from 0 to 1, l = ln(x + 0.02) of red, green and blue, the channels are their mean, (r -
 * b) / 2 and -r / 4 + g / 2 - b / 4.
 */
public final class Restyle implements SampleAugmentation {
  /** So that black has a logarithm. */
  private static final double BLACK = 0.02;

  /** Below it a channel is flat, and is moved without being stretched. */
  private static final double FLAT = 1e-3;

  private static final double[] LOG = new double[256];

  static {
    for (int i = 0; i < LOG.length; i++) {
      LOG[i] = Math.log(i / 255.0 + BLACK);
    }
  }

  private final double share;

  /**
   * Restyles.
   *
   * @param share of the frames that are restyled, 0 to 1; the others keep the old look known
   */
  public Restyle(double share) {
    this.share = share;
  }

  @Override
  // The checker does not see on a record of another module that its depth may be null.
  @SuppressWarnings("NullAway")
  public TrainingSample augment(
      TrainingSample labelled, TrainingSample stream, RandomGenerator random) {
    if (random.nextDouble() >= share) {
      return labelled;
    }
    Frame frame = labelled.frame();
    byte[] rgb = restyled(frame.rgb(), stream.frame().rgb());
    return new TrainingSample(
        new Frame(frame.width(), frame.height(), rgb, frame.depth()), labelled.target());
  }

  private static byte[] restyled(byte[] rgb, byte[] like) {
    Channels from = Channels.of(rgb);
    Channels to = Channels.of(like);
    double[] gain = new double[3];
    double[] shift = new double[3];
    for (int c = 0; c < 3; c++) {
      gain[c] = from.deviation[c] < FLAT ? 1 : to.deviation[c] / from.deviation[c];
      shift[c] = to.mean[c] - gain[c] * from.mean[c];
    }
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i += 3) {
      double r = LOG[rgb[i] & 0xFF];
      double g = LOG[rgb[i + 1] & 0xFF];
      double b = LOG[rgb[i + 2] & 0xFF];
      double light = gain[0] * ((r + g + b) / 3) + shift[0];
      double yellow = gain[1] * ((r - b) / 2) + shift[1];
      double green = gain[2] * (-r / 4 + g / 2 - b / 4) + shift[2];
      out[i] = value(light + yellow - green * 2 / 3);
      out[i + 1] = value(light + green * 4 / 3);
      out[i + 2] = value(light - yellow - green * 2 / 3);
    }
    return out;
  }

  private static byte value(double logarithm) {
    double x = Math.exp(logarithm) - BLACK;
    return (byte) Math.round(255 * Math.max(0, Math.min(1, x)));
  }

  /** Means and deviations of a frame's channels. */
  private record Channels(double[] mean, double[] deviation) {
    static Channels of(byte[] rgb) {
      double[] sum = new double[3];
      double[] squares = new double[3];
      for (int i = 0; i < rgb.length; i += 3) {
        double r = LOG[rgb[i] & 0xFF];
        double g = LOG[rgb[i + 1] & 0xFF];
        double b = LOG[rgb[i + 2] & 0xFF];
        double light = (r + g + b) / 3;
        double yellow = (r - b) / 2;
        double green = -r / 4 + g / 2 - b / 4;
        sum[0] += light;
        squares[0] += light * light;
        sum[1] += yellow;
        squares[1] += yellow * yellow;
        sum[2] += green;
        squares[2] += green * green;
      }
      double pixels = rgb.length / 3.0;
      double[] deviation = new double[3];
      for (int c = 0; c < 3; c++) {
        sum[c] /= pixels;
        deviation[c] = Math.sqrt(Math.max(0, squares[c] / pixels - sum[c] * sum[c]));
      }
      return new Channels(sum, deviation);
    }
  }
}
