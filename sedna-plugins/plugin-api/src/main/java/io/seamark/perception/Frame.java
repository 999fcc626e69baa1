package io.seamark.perception;

import org.jspecify.annotations.Nullable;

/**
 * One camera frame.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb [height, width, 3], row-major, 8 bits a channel in the order red, green, blue
 * @param depth [height, width], row-major, 8 bits as RFNet reads it: 473 over the distance in
 *     metres, which is Cityscapes's disparity in pixels; 0 is unknown or far; null where the camera
 *     has none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Frame(int width, int height, byte[] rgb, byte @Nullable [] depth) {
  private static final double DARKEST = 0.02;

  /**
   * Checks the shapes.
   *
   * @param width see above
   * @param height see above
   * @param rgb see above
   * @param depth see above
   */
  // Written out, since a compact constructor's parameters lose their type annotations.
  public Frame(int width, int height, byte[] rgb, byte @Nullable [] depth) {
    Shapes.checkSize("frame", width, height);
    Shapes.checkLength("rgb", rgb.length, 3L * width * height);
    if (depth != null) {
      Shapes.checkLength("depth", depth.length, (long) width * height);
    }
    this.width = width;
    this.height = height;
    this.rgb = rgb;
    this.depth = depth;
  }

  /**
   * Left and right exchanged.
   *
   * @return a new frame
   */
  public Frame mirrored() {
    return new Frame(
        width,
        height,
        Mirror.rows(rgb, width, 3),
        depth == null ? null : Mirror.rows(depth, width, 1));
  }

  /**
   * Every colour value v, on a scale of 0 to 1, becomes v to the power of gamma. Depth stays.
   *
   * @param gamma above 0; below 1 brightens
   * @return a new frame
   * @throws IllegalArgumentException if gamma is not a finite number above 0
   */
  public Frame withGamma(double gamma) {
    if (!(gamma > 0) || Double.isInfinite(gamma)) {
      throw new IllegalArgumentException("gamma is " + gamma + ", but must be finite and above 0");
    }
    byte[] table = new byte[256];
    for (int v = 0; v < table.length; v++) {
      table[v] = (byte) Math.round(255 * Math.pow(v / 255.0, gamma));
    }
    byte[] out = new byte[rgb.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = table[rgb[i] & 0xFF];
    }
    return new Frame(width, height, out, depth);
  }

  /**
   * The exponent for {@link #withGamma} that takes a grey of this frame's mean to a brightness.
   *
   * @param brightness mean over all pixels and colours on a scale of 0 to 1, between the two
   * @return above 0; 1 for a frame that is as bright already
   */
  public double gammaTo(double brightness) {
    long sum = 0;
    for (byte value : rgb) {
      sum += value & 0xFF;
    }
    // Of a black frame no power makes a picture.
    double mean = Math.max(DARKEST, sum / 255.0 / rgb.length);
    return mean < brightness ? Math.log(brightness) / Math.log(mean) : 1;
  }
}
