package io.seamark.perception;

/** Left and right exchanged, for rows of whatever a pixel holds. */
final class Mirror {
  private Mirror() {}

  /** Rows of {@code width} pixels of {@code channels} values each, as a new array. */
  static byte[] rows(byte[] from, int width, int channels) {
    byte[] to = new byte[from.length];
    for (int row = 0; row < from.length; row += width * channels) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(from, row + x * channels, to, row + (width - 1 - x) * channels, channels);
      }
    }
    return to;
  }

  /** Rows of {@code width} values, as a new array. */
  static float[] rows(float[] from, int width) {
    float[] to = new float[from.length];
    for (int row = 0; row < from.length; row += width) {
      for (int x = 0; x < width; x++) {
        to[row + width - 1 - x] = from[row + x];
      }
    }
    return to;
  }
}
