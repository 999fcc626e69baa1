package io.seamark.knowledge.training;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;

/**
 * Labels whole masks. A mask has found the outline of a thing but not what it is, and a model knows
 * what is there but not its outline: so the mean of a model's probabilities inside a mask decides
 * on all of its pixels, as in {@code score_sum}. As in {@code quality_sum}, a coarse mask does not
 * swallow what is thin: a pole that the model is sure of keeps its class.
 */
final class MaskVote {
  /** A structure is thin up to this share of the frame's width. */
  private static final double THIN = 1 / 40.0;

  /** Probability from which a thin structure of another class than its mask's is kept. */
  private static final float SURE = 0.8f;

  private MaskVote() {}

  /**
   * Labels a frame.
   *
   * @param probabilities of a model, of the frame's size
   * @param segments number of the mask of each pixel, or {@link ClassMap#IGNORE}
   * @param sure probability from which a label is given, of a pixel or in the mean of a mask
   * @return the labels; {@link ClassMap#IGNORE} where nothing is sure
   */
  static ClassMap labels(ClassScores probabilities, ClassMap segments, double sure) {
    ClassMap own = probabilities.argmax();
    float[] values = probabilities.logits();
    byte[] numbers = segments.classes();
    int plane = numbers.length;
    int classes = probabilities.classes();
    double[][] sums = new double[ClassMap.IGNORE][classes];
    int[] areas = new int[ClassMap.IGNORE];
    for (int i = 0; i < plane; i++) {
      int mask = numbers[i] & 0xFF;
      if (mask != ClassMap.IGNORE) {
        areas[mask]++;
        for (int c = 0; c < classes; c++) {
          sums[mask][c] += values[c * plane + i];
        }
      }
    }
    byte[] labels = new byte[ClassMap.IGNORE];
    for (int m = 0; m < labels.length; m++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = sums[m][c] > sums[m][best] ? c : best;
      }
      labels[m] = (byte) (sums[m][best] >= sure * areas[m] ? best : ClassMap.IGNORE);
    }
    short[] thickness = own.thickness();
    double thin = THIN * segments.width();
    byte[] out = own.classes().clone();
    for (int i = 0; i < plane; i++) {
      float probability = values[(out[i] & 0xFF) * plane + i];
      int mask = numbers[i] & 0xFF;
      if (mask == ClassMap.IGNORE) {
        out[i] = probability >= sure ? out[i] : (byte) ClassMap.IGNORE;
      } else if (probability < SURE || thickness[i] > thin) {
        out[i] = labels[mask];
      }
    }
    return new ClassMap(segments.width(), segments.height(), out);
  }
}
