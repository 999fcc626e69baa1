package io.seamark.perception;

import java.util.Arrays;
import java.util.List;

/**
 * The light and colours of a frame, whatever is in it: means and deviations of three channels that
 * hardly depend on each other (Reinhard et al. 2001, Color Transfer between Images), in logarithms,
 * since light multiplies. With x from 0 to 1, l = ln(x + 0.02) of red, green and blue.
 *
 * @param light their mean
 * @param yellow (r - b) / 2
 * @param green -r / 4 + g / 2 - b / 4
 */
public record Look(Channel light, Channel yellow, Channel green) {
  /** How many numbers a look is. */
  public static final int VALUES = 6;

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

  /**
   * One channel over all pixels.
   *
   * @param mean finite
   * @param deviation its standard deviation, finite, at least 0
   */
  public record Channel(double mean, double deviation) {
    /** Checks the ranges. */
    public Channel {
      if (!Double.isFinite(mean) || !Double.isFinite(deviation) || deviation < 0) {
        throw new IllegalArgumentException(
            String.format(
                "a channel of a look has mean %s and deviation %s, but must have finite ones, the"
                    + " deviation at least 0",
                mean, deviation));
      }
    }
  }

  /**
   * The look of a frame.
   *
   * @param frame of any size
   * @return its look
   */
  public static Look of(Frame frame) {
    byte[] rgb = frame.rgb();
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
    Channel[] channels = new Channel[3];
    for (int c = 0; c < 3; c++) {
      double mean = sum[c] / pixels;
      channels[c] = new Channel(mean, Math.sqrt(Math.max(0, squares[c] / pixels - mean * mean)));
    }
    return new Look(channels[0], channels[1], channels[2]);
  }

  /**
   * The look with these numbers.
   *
   * @param values from {@link #values}
   * @return the look
   * @throws IllegalArgumentException if they are not six, or none that a look has
   */
  public static Look ofValues(float[] values) {
    if (values.length != VALUES) {
      throw new IllegalArgumentException(
          "a look has " + values.length + " numbers, but must have " + VALUES);
    }
    return new Look(
        new Channel(values[0], values[1]),
        new Channel(values[2], values[3]),
        new Channel(values[4], values[5]));
  }

  /**
   * The look that a text holds.
   *
   * @param text from {@link #text}
   * @return the look
   * @throws IllegalArgumentException if it holds none
   */
  public static Look parse(String text) {
    String[] parts = text.strip().split(" +", VALUES + 1);
    float[] values = new float[parts.length];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.parseFloat(parts[i]);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a look is '" + text + "', but must be six numbers with blanks between them", e);
    }
    return ofValues(values);
  }

  /**
   * Its numbers.
   *
   * @return mean and deviation of light, yellow and green
   */
  public float[] values() {
    return new float[] {
      (float) light.mean,
      (float) light.deviation,
      (float) yellow.mean,
      (float) yellow.deviation,
      (float) green.mean,
      (float) green.deviation
    };
  }

  /**
   * Its numbers as a text, for attributes.
   *
   * @return {@link #values} with blanks between them
   */
  public String text() {
    float[] values = values();
    String[] parts = new String[VALUES];
    Arrays.setAll(parts, i -> Float.toString(values[i]));
    return String.join(" ", parts);
  }

  /**
   * Gives a frame this look: what is in it stays. Depth stays.
   *
   * @param frame of any look
   * @return a new frame, of this look but for colours that there are not
   */
  public Frame givenTo(Frame frame) {
    Look from = of(frame);
    List<Channel> before = List.of(from.light, from.yellow, from.green);
    List<Channel> after = List.of(light, yellow, green);
    double[] gain = new double[3];
    double[] shift = new double[3];
    for (int c = 0; c < 3; c++) {
      Channel old = before.get(c);
      gain[c] = old.deviation < FLAT ? 1 : after.get(c).deviation / old.deviation;
      shift[c] = after.get(c).mean - gain[c] * old.mean;
    }
    byte[] rgb = frame.rgb();
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i += 3) {
      double r = LOG[rgb[i] & 0xFF];
      double g = LOG[rgb[i + 1] & 0xFF];
      double b = LOG[rgb[i + 2] & 0xFF];
      double newLight = gain[0] * ((r + g + b) / 3) + shift[0];
      double newYellow = gain[1] * ((r - b) / 2) + shift[1];
      double newGreen = gain[2] * (-r / 4 + g / 2 - b / 4) + shift[2];
      out[i] = value(newLight + newYellow - newGreen * 2 / 3);
      out[i + 1] = value(newLight + newGreen * 4 / 3);
      out[i + 2] = value(newLight - newYellow - newGreen * 2 / 3);
    }
    return new Frame(frame.width(), frame.height(), out, frame.depth());
  }

  private static byte value(double logarithm) {
    double x = Math.exp(logarithm) - BLACK;
    return (byte) Math.round(255 * Math.max(0, Math.min(1, x)));
  }
}
