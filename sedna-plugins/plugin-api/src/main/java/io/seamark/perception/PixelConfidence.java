package io.seamark.perception;

/**
 * How sure the edge model is, cell by cell, at the resolution of its scores. Computed inside the
 * exported graph; it is what hard-example miners read.
 *
 * @param width in cells
 * @param height in cells
 * @param top [height, width], the highest softmax probability, 0 to 1
 * @param second [height, width], the second highest, 0 to {@code top}; 0 where there is one class
 * @param entropy [height, width], entropy of the softmax divided by the logarithm of the number of
 *     classes, 0 to 1; 0 where there is one class
 */
@SuppressWarnings("ArrayRecordComponent")
public record PixelConfidence(int width, int height, float[] top, float[] second, float[] entropy) {
  /** Checks the shapes. */
  public PixelConfidence {
    Shapes.checkSize("pixel confidence", width, height);
    Shapes.checkLength("top", top.length, (long) width * height);
    Shapes.checkLength("second", second.length, (long) width * height);
    Shapes.checkLength("entropy", entropy.length, (long) width * height);
  }

  /**
   * Computes the same from scores, where no graph did: for tests, and for plugins that bring a
   * model of their own.
   *
   * @param scores logits
   * @return their confidence
   */
  public static PixelConfidence of(ClassScores scores) {
    int plane = scores.width() * scores.height();
    int classes = scores.classes();
    float[] logits = scores.logits();
    float[] top = new float[plane];
    float[] second = new float[plane];
    float[] entropy = new float[plane];
    double[] exp = new double[classes];
    double scale = classes > 1 ? 1 / Math.log(classes) : 0;
    for (int i = 0; i < plane; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        max = Math.max(max, logits[c * plane + i]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        exp[c] = Math.exp(logits[c * plane + i] - max);
        sum += exp[c];
      }
      double first = 0;
      double next = 0;
      double h = 0;
      for (int c = 0; c < classes; c++) {
        double p = exp[c] / sum;
        // Written so that what is not a number stays in the sum.
        if (!(p <= 0)) {
          h -= p * Math.log(p);
        }
        if (Double.isNaN(p) || p > first) {
          next = first;
          first = p;
        } else if (p > next) {
          next = p;
        }
      }
      top[i] = (float) first;
      second[i] = (float) next;
      entropy[i] = (float) (h * scale);
    }
    return new PixelConfidence(scores.width(), scores.height(), top, second, entropy);
  }
}
