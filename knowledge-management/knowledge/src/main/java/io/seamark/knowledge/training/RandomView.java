package io.seamark.knowledge.training;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import io.seamark.setting.FrameSize;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A random part of a sample at a random scale, so that a street is known from near and far. Colours
 * are interpolated, classes and depth are those of the nearest pixel; beyond the frame there is
 * grey that belongs to no class.
 *
 * @param size of what comes out
 * @param change largest change of the scale, as a factor: it is drawn from {@code 1 / change} to
 *     {@code change}, evenly in its logarithm; at least 1
 */
record RandomView(FrameSize size, double change) {
  private static final byte GREY = (byte) 128;

  /**
   * One random variant.
   *
   * @param sample is not changed
   * @param random equal states give equal variants
   * @return a sample of this view's size
   */
  // The checker does not see on a record of another module that its depth may be null.
  @SuppressWarnings("NullAway")
  TrainingSample apply(TrainingSample sample, RandomGenerator random) {
    Frame frame = sample.frame();
    double scale = Math.pow(change, 2 * random.nextDouble() - 1);
    int width = size.width();
    int height = size.height();
    double left = (frame.width() - width / scale) * random.nextDouble();
    double top = (frame.height() - height / scale) * random.nextDouble();
    byte[] rgb = frame.rgb();
    byte @Nullable [] depth = frame.depth();
    byte[] target = sample.target().classes();
    byte[] seen = new byte[3 * width * height];
    byte[] far = depth == null ? null : new byte[width * height];
    byte[] known = new byte[width * height];
    for (int y = 0; y < height; y++) {
      double sy = top + (y + 0.5) / scale;
      for (int x = 0; x < width; x++) {
        double sx = left + (x + 0.5) / scale;
        int i = y * width + x;
        if (sx < 0 || sy < 0 || sx >= frame.width() || sy >= frame.height()) {
          known[i] = (byte) ClassMap.IGNORE;
          seen[3 * i] = GREY;
          seen[3 * i + 1] = GREY;
          seen[3 * i + 2] = GREY;
          continue;
        }
        int row = (int) sy;
        int column = (int) sx;
        int nearest = row * frame.width() + column;
        known[i] = target[nearest];
        if (far != null) {
          far[i] = depth[nearest];
        }
        interpolate(rgb, frame.width(), frame.height(), sx - 0.5, sy - 0.5, seen, 3 * i);
      }
    }
    return new TrainingSample(
        new Frame(width, height, seen, far), new ClassMap(width, height, known));
  }

  private static void interpolate(
      byte[] rgb, int width, int height, double x, double y, byte[] out, int at) {
    int x0 = Math.max(0, (int) Math.floor(x));
    int y0 = Math.max(0, (int) Math.floor(y));
    int x1 = Math.min(width - 1, x0 + 1);
    int y1 = Math.min(height - 1, y0 + 1);
    double u = Math.max(0, x - x0);
    double v = Math.max(0, y - y0);
    for (int c = 0; c < 3; c++) {
      double above =
          (1 - u) * (rgb[3 * (y0 * width + x0) + c] & 0xFF)
              + u * (rgb[3 * (y0 * width + x1) + c] & 0xFF);
      double below =
          (1 - u) * (rgb[3 * (y1 * width + x0) + c] & 0xFF)
              + u * (rgb[3 * (y1 * width + x1) + c] & 0xFF);
      out[at + c] = (byte) Math.round((1 - v) * above + v * below);
    }
  }
}
