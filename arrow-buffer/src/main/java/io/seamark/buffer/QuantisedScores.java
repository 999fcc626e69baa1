package io.seamark.buffer;

import io.seamark.perception.ClassScores;
import java.io.IOException;

/**
 * Class scores in 8 bits: per class, logit = offset + scale * q with q from 0 to 255. The offset is
 * the class's smallest logit and the scale its range / 255, so no logit is off by more than range /
 * 510, give or take the rounding of float32.
 */
record QuantisedScores(
    int classes, int width, int height, byte[] q, float[] scale, float[] offset) {
  static QuantisedScores of(ClassScores scores) {
    int plane = scores.width() * scores.height();
    float[] logits = scores.logits();
    byte[] q = new byte[logits.length];
    float[] scale = new float[scores.classes()];
    float[] offset = new float[scores.classes()];
    for (int c = 0; c < scores.classes(); c++) {
      int from = c * plane;
      float min = least(logits, from, from + plane);
      float max = most(logits, from, from + plane);
      if (!Float.isFinite(min) || !Float.isFinite(max)) {
        throw notFinite(logits, from, c);
      }
      double range = (double) max - min;
      offset[c] = min;
      scale[c] = (float) (range / 255);
      // A scale that was rounded down must not lead beyond 255.
      double steps = scale[c] > 0 ? Math.min(1.0 / scale[c], 255 / range) : 0;
      for (int i = from; i < from + plane; i++) {
        q[i] = (byte) (int) (((double) logits[i] - min) * steps + 0.5);
      }
    }
    return new QuantisedScores(scores.classes(), scores.width(), scores.height(), q, scale, offset);
  }

  // Loops as plain as these are made vector instructions of. Not a number comes out as that.

  private static float least(float[] values, int from, int to) {
    float least = values[from];
    for (int i = from; i < to; i++) {
      least = Math.min(least, values[i]);
    }
    return least;
  }

  private static float most(float[] values, int from, int to) {
    float most = values[from];
    for (int i = from; i < to; i++) {
      most = Math.max(most, values[i]);
    }
    return most;
  }

  private static IllegalArgumentException notFinite(float[] logits, int from, int c) {
    int i = 0;
    while (Float.isFinite(logits[from + i])) {
      i++;
    }
    return new IllegalArgumentException(
        "logit " + i + " of class " + c + " is " + logits[from + i] + ", but must be finite");
  }

  /** Refuses scores whose shape cannot be, or needs another number of bytes. */
  static void checkSize(int classes, int width, int height, int bytes) throws IOException {
    if (classes < 1 || classes > Checks.MAX_CLASSES || width < 1 || height < 1) {
      throw new IOException(
          "scores are " + classes + " classes of " + width + "x" + height + ", which cannot be");
    }
    long plane = (long) width * height;
    if (plane > Integer.MAX_VALUE / classes || bytes != plane * classes) {
      throw new IOException(
          String.format(
              "scores have %d bytes, but %d classes of %dx%d need another number",
              bytes, classes, width, height));
    }
  }

  ClassScores logits() throws IOException {
    checkSize(classes, width, height, q.length);
    long plane = (long) width * height;
    if (scale.length != classes || offset.length != classes) {
      throw new IOException(
          String.format(
              "there are %d scales and %d offsets, but %d classes",
              scale.length, offset.length, classes));
    }
    float[] logits = new float[q.length];
    float[] table = new float[256];
    for (int c = 0; c < classes; c++) {
      if (!(scale[c] >= 0) || !Float.isFinite(scale[c]) || !Float.isFinite(offset[c])) {
        throw new IOException(
            String.format(
                "class %d has scale %s and offset %s, but they must be finite, the scale not"
                    + " negative",
                c, scale[c], offset[c]));
      }
      for (int v = 0; v < 256; v++) {
        double value = (double) offset[c] + (double) scale[c] * v;
        table[v] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
      }
      int from = c * (int) plane;
      for (int i = from; i < from + plane; i++) {
        logits[i] = table[q[i] & 0xFF];
      }
    }
    try {
      return new ClassScores(classes, width, height, logits);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
