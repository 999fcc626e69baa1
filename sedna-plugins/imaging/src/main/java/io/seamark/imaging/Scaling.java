package io.seamark.imaging;

/** Changes the size of pixel arrays. */
final class Scaling {
  private Scaling() {}

  static byte[] nearest(byte[] from, int width, int height, int newWidth, int newHeight) {
    byte[] to = new byte[newWidth * newHeight];
    int[] columns = new int[newWidth];
    for (int x = 0; x < newWidth; x++) {
      columns[x] = (int) ((2L * x + 1) * width / (2L * newWidth));
    }
    for (int y = 0; y < newHeight; y++) {
      int row = (int) ((2L * y + 1) * height / (2L * newHeight)) * width;
      for (int x = 0; x < newWidth; x++) {
        to[y * newWidth + x] = from[row + columns[x]];
      }
    }
    return to;
  }

  /** Three channels, each axis with a triangle filter as wide as a new pixel, or an old one. */
  static byte[] smooth(byte[] from, int width, int height, int newWidth, int newHeight) {
    Taps across = new Taps(width, newWidth);
    Taps down = new Taps(height, newHeight);
    float[] wide = new float[3 * newWidth * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        float r = 0;
        float g = 0;
        float b = 0;
        for (int k = 0; k < across.count; k++) {
          float w = across.weight[x * across.count + k];
          int at = 3 * (y * width + across.source[x * across.count + k]);
          r += w * (from[at] & 0xFF);
          g += w * (from[at + 1] & 0xFF);
          b += w * (from[at + 2] & 0xFF);
        }
        int to = 3 * (y * newWidth + x);
        wide[to] = r;
        wide[to + 1] = g;
        wide[to + 2] = b;
      }
    }
    byte[] out = new byte[3 * newWidth * newHeight];
    int stride = 3 * newWidth;
    for (int y = 0; y < newHeight; y++) {
      for (int i = 0; i < stride; i++) {
        float sum = 0.5f;
        for (int k = 0; k < down.count; k++) {
          sum +=
              down.weight[y * down.count + k] * wide[down.source[y * down.count + k] * stride + i];
        }
        out[y * stride + i] = (byte) Math.max(0, Math.min(255, (int) sum));
      }
    }
    return out;
  }

  private static final class Taps {
    final int count;
    final int[] source;
    final float[] weight;

    Taps(int from, int to) {
      double ratio = (double) from / to;
      double radius = Math.max(1, ratio);
      count = 2 * (int) Math.ceil(radius) + 1;
      source = new int[to * count];
      weight = new float[to * count];
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * ratio - 0.5;
        int first = (int) Math.ceil(centre - radius);
        double sum = 0;
        for (int k = 0; k < count; k++) {
          sum += Math.max(0, 1 - Math.abs(first + k - centre) / radius);
        }
        for (int k = 0; k < count; k++) {
          source[i * count + k] = Math.max(0, Math.min(from - 1, first + k));
          weight[i * count + k] =
              (float) (Math.max(0, 1 - Math.abs(first + k - centre) / radius) / sum);
        }
      }
    }
  }
}
