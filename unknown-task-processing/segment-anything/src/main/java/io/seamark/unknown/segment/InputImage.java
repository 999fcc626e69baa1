package io.seamark.unknown.segment;

import io.seamark.perception.Frame;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A part of a frame made ready for SAM's encoder: resized so that its long side fills the input,
 * antialiased, with the 8-bit rounding of the imaging library that the original resizes with;
 * normalised; and zeros to the right and below.
 */
final class InputImage {
  private static final double[] MEAN = {123.675, 116.28, 103.53};
  private static final double[] DEVIATION = {58.395, 57.12, 57.375};
  private static final int PRECISION = 22;

  private InputImage() {}

  /**
   * Length of a side after resizing.
   *
   * @param side in pixels
   * @param longSide the longer side of the same image
   * @param size what the longer side becomes
   */
  static int resized(int side, int longSide, int size) {
    return Math.max(1, (int) (side * ((double) size / longSide) + 0.5));
  }

  /**
   * Writes the encoder's input.
   *
   * @param frame RGB
   * @param crop the part to take
   * @param size side of the encoder's input, in pixels
   * @param out [3, size, size], written from index 0
   */
  static void write(Frame frame, Crop crop, int size, FloatBuffer out) {
    int longSide = Math.max(crop.width(), crop.height());
    int width = resized(crop.width(), longSide, size);
    int height = resized(crop.height(), longSide, size);
    byte[] rgb = resize(frame, crop, width, height);
    float[][] value = new float[3][256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        value[c][v] = (v - (float) MEAN[c]) / (float) DEVIATION[c];
      }
    }
    float[] row = new float[size];
    float[] zeros = new float[size];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < size; y++) {
        if (y < height) {
          for (int x = 0, i = y * width * 3 + c; x < width; x++, i += 3) {
            row[x] = value[c][rgb[i] & 0xFF];
          }
        }
        out.put((c * size + y) * size, y < height ? row : zeros);
      }
    }
  }

  /**
   * Writes the input of an encoder that normalises by itself.
   *
   * @param frame RGB
   * @param crop the part to take
   * @param size side of the encoder's input, in pixels
   * @param out [size, size, 3], 0 to 255, written from index 0; what the encoder makes zero lies to
   *     the right and below
   */
  static void writePixels(Frame frame, Crop crop, int size, FloatBuffer out) {
    int longSide = Math.max(crop.width(), crop.height());
    int width = resized(crop.width(), longSide, size);
    int height = resized(crop.height(), longSide, size);
    byte[] rgb = resize(frame, crop, width, height);
    float[] row = new float[3 * size];
    for (int y = 0; y < size; y++) {
      int filled = y < height ? 3 * width : 0;
      for (int i = 0; i < 3 * size; i++) {
        row[i] = i < filled ? rgb[y * 3 * width + i] & 0xFF : (float) MEAN[i % 3];
      }
      out.put(y * 3 * size, row);
    }
  }

  /** Columns first, then rows, each with 8-bit results. */
  static byte[] resize(Frame frame, Crop crop, int width, int height) {
    Taps across = Taps.of(crop.width(), width);
    Taps down = Taps.of(crop.height(), height);
    byte[] narrow = new byte[Math.multiplyExact(3 * width, crop.height())];
    byte[] rgb = frame.rgb();
    for (int y = 0, to = 0; y < crop.height(); y++) {
      int row = ((crop.y0() + y) * frame.width() + crop.x0()) * 3;
      for (int x = 0; x < width; x++) {
        int r = 1 << (PRECISION - 1);
        int g = r;
        int b = r;
        int from = row + across.first[x] * 3;
        for (int k = across.start[x]; k < across.start[x + 1]; k++, from += 3) {
          int weight = across.weights[k];
          r += (rgb[from] & 0xFF) * weight;
          g += (rgb[from + 1] & 0xFF) * weight;
          b += (rgb[from + 2] & 0xFF) * weight;
        }
        narrow[to++] = clip(r);
        narrow[to++] = clip(g);
        narrow[to++] = clip(b);
      }
    }
    int stride = 3 * width;
    byte[] out = new byte[Math.multiplyExact(stride, height)];
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, 1 << (PRECISION - 1));
      int from = down.first[y] * stride;
      for (int k = down.start[y]; k < down.start[y + 1]; k++, from += stride) {
        int weight = down.weights[k];
        for (int i = 0; i < stride; i++) {
          sums[i] += (narrow[from + i] & 0xFF) * weight;
        }
      }
      for (int i = 0; i < stride; i++) {
        out[y * stride + i] = clip(sums[i]);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
  }

  /**
   * Fixed-point weights of a triangle filter as wide as the larger of the two pixel pitches.
   *
   * @param first source index of each target's first weight
   * @param start index of that weight; one more entry ends the last
   * @param weights scaled by 2^22
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Taps(int[] first, int[] start, int[] weights) {
    static Taps of(int from, int to) {
      double scale = (double) from / to;
      double support = Math.max(1, scale);
      int[] first = new int[to];
      int[] start = new int[to + 1];
      int[] weights = new int[to * ((int) Math.ceil(support) * 2 + 1)];
      double[] raw = new double[(int) Math.ceil(support) * 2 + 1];
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale;
        first[i] = Math.max(0, (int) (centre - support + 0.5));
        int end = Math.min(from, (int) (centre + support + 0.5));
        double sum = 0;
        for (int k = first[i]; k < end; k++) {
          double weight = Math.max(0, 1 - Math.abs((k - centre + 0.5) * (1 / support)));
          raw[k - first[i]] = weight;
          sum += weight;
        }
        int n = start[i];
        for (int k = first[i]; k < end; k++) {
          weights[n++] = (int) (0.5 + raw[k - first[i]] / sum * (1 << PRECISION));
        }
        start[i + 1] = n;
      }
      return new Taps(first, start, weights);
    }
  }
}
