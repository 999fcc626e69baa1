package io.seamark.perception;

/**
 * The edge model's class scores before softmax, at the resolution the network computes them (RFNet:
 * a quarter of the frame's, rounded up).
 *
 * @param classes number of classes, 1 to 255
 * @param width in cells
 * @param height in cells
 * @param logits [classes, height, width], row-major, finite float32
 */
@SuppressWarnings("ArrayRecordComponent")
public record ClassScores(int classes, int width, int height, float[] logits) {
  private static final int BLOCK = 2048;

  /** Checks the shape. */
  public ClassScores {
    Shapes.checkSize("class scores", width, height);
    if (classes < 1 || classes > 255) {
      throw new IllegalArgumentException("classes is " + classes + ", but must be 1 to 255");
    }
    Shapes.checkLength("logits", logits.length, (long) classes * width * height);
  }

  /**
   * Enlarges to the frame's size as the network itself does: bilinear, half-pixel centres,
   * align_corners=False, edges clamped.
   *
   * @param newWidth in pixels
   * @param newHeight in pixels
   * @return scores of that size, or this if it has that size already
   */
  public ClassScores resize(int newWidth, int newHeight) {
    if (newWidth == width && newHeight == height) {
      return this;
    }
    Shapes.checkSize("resized class scores", newWidth, newHeight);
    float[] out = new float[Math.multiplyExact(classes, Math.multiplyExact(newWidth, newHeight))];
    int[] x0 = new int[newWidth];
    int[] x1 = new int[newWidth];
    float[] fx = new float[newWidth];
    for (int x = 0; x < newWidth; x++) {
      float source = Math.max(0f, (x + 0.5f) * width / newWidth - 0.5f);
      x0[x] = Math.min((int) source, width - 1);
      x1[x] = Math.min(x0[x] + 1, width - 1);
      fx[x] = source - x0[x];
    }
    for (int y = 0; y < newHeight; y++) {
      float source = Math.max(0f, (y + 0.5f) * height / newHeight - 0.5f);
      int y0 = Math.min((int) source, height - 1);
      int y1 = Math.min(y0 + 1, height - 1);
      float fy = source - y0;
      for (int c = 0; c < classes; c++) {
        int top = (c * height + y0) * width;
        int bottom = (c * height + y1) * width;
        int to = (c * newHeight + y) * newWidth;
        for (int x = 0; x < newWidth; x++) {
          float a = logits[top + x0[x]];
          a += (logits[top + x1[x]] - a) * fx[x];
          float b = logits[bottom + x0[x]];
          b += (logits[bottom + x1[x]] - b) * fx[x];
          out[to + x] = a + (b - a) * fy;
        }
      }
    }
    return new ClassScores(classes, newWidth, newHeight, out);
  }

  /**
   * The class with the highest score at each cell; the lowest index wins a tie.
   *
   * @return a map of this size
   */
  public ClassMap argmax() {
    int plane = width * height;
    byte[] best = new byte[plane];
    float[] top = new float[Math.min(plane, BLOCK)];
    // Block by block, so that the best so far stays in the cache from class to class.
    for (int start = 0; start < plane; start += BLOCK) {
      int length = Math.min(BLOCK, plane - start);
      System.arraycopy(logits, start, top, 0, length);
      for (int c = 1; c < classes; c++) {
        int from = c * plane + start;
        for (int i = 0; i < length; i++) {
          if (logits[from + i] > top[i]) {
            top[i] = logits[from + i];
            best[start + i] = (byte) c;
          }
        }
      }
    }
    return new ClassMap(width, height, best);
  }

  /**
   * Left and right exchanged.
   *
   * @return new scores
   */
  public ClassScores mirrored() {
    return new ClassScores(classes, width, height, Mirror.rows(logits, width));
  }

  /**
   * The softmax over the classes at each cell.
   *
   * @return [classes, height, width], row-major, 0 to 1; a new array
   */
  public float[] probabilities() {
    int plane = width * height;
    float[] out = new float[logits.length];
    for (int i = 0; i < plane; i++) {
      float top = Float.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        top = Math.max(top, logits[c * plane + i]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        double e = Math.exp(logits[c * plane + i] - top);
        out[c * plane + i] = (float) e;
        sum += e;
      }
      for (int c = 0; c < classes; c++) {
        out[c * plane + i] /= (float) sum;
      }
    }
    return out;
  }
}
