package io.seamark.unknown.fusion;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import java.util.Arrays;
import java.util.List;

/**
 * Score sum with two guards. A mask takes the class with the largest sum of probabilities inside
 * it, but only where scores and mask agree: a mask whose class has too small a mean probability is
 * not painted, and pixels that the edge model is sure of keep their class, so that a coarse mask
 * does not swallow the pole or the sign in front of it.
 *
 * <p>The answer starts as the argmax of the scores. Masks are painted largest first; masks of one
 * area keep the order they came in; the lowest class wins a tie. Thread-safe.
 */
public final class GuardedSum implements MaskFusion {
  private final double agreement;
  private final double sure;

  /**
   * Makes the fusion.
   *
   * @param agreement smallest mean probability of a mask's class inside it, 0 to 1
   * @param sure probability from which a pixel keeps its own class, 0 to 1
   */
  public GuardedSum(double agreement, double sure) {
    this.agreement = agreement;
    this.sure = sure;
  }

  /**
   * Fuses.
   *
   * @param scores the edge model's logits, of the masks' size
   * @param masks in any order; may be empty
   * @return every pixel's class
   * @throws IllegalArgumentException if a mask has another size than the scores, or a logit is not
   *     finite
   */
  @Override
  public ClassMap fuse(ClassScores scores, List<SegmentMask> masks) {
    MaskRuns.checkFinite(scores);
    List<MaskRuns> painted = MaskRuns.largestFirst(masks, scores.width(), scores.height());
    ClassMap start = scores.argmax();
    if (painted.isEmpty()) {
      return start;
    }
    int plane = scores.width() * scores.height();
    int classes = scores.classes();
    float[] logits = scores.logits();
    float[] top = new float[plane];
    for (int i = 0; i < plane; i++) {
      top[i] = logits[(start.classes()[i] & 0xFF) * plane + i];
    }
    // Relative to the highest logit no exponential overflows; its inverse sum is the top's share.
    float[] share = new float[plane];
    float[] probabilities = new float[classes * plane];
    for (int c = 0; c < classes; c++) {
      int from = c * plane;
      for (int i = 0; i < plane; i++) {
        float e = (float) Math.exp(logits[from + i] - top[i]);
        probabilities[from + i] = e;
        share[i] += e;
      }
    }
    for (int i = 0; i < plane; i++) {
      share[i] = 1 / share[i];
    }
    int[] label = new int[painted.size()];
    double[] best = new double[painted.size()];
    double[] before = new double[plane + 1];
    for (int c = 0; c < classes; c++) {
      int from = c * plane;
      for (int i = 0; i < plane; i++) {
        before[i + 1] = before[i] + probabilities[from + i] * share[i];
      }
      for (int m = 0; m < label.length; m++) {
        double sum = painted.get(m).sum(before);
        if (c == 0 || sum > best[m]) {
          best[m] = sum;
          label[m] = c;
        }
      }
    }
    byte[] out = start.classes().clone();
    for (int m = 0; m < label.length; m++) {
      MaskRuns mask = painted.get(m);
      if (best[m] >= agreement * mask.area()) {
        int[] bounds = mask.bounds();
        for (int r = 0; r < bounds.length; r += 2) {
          Arrays.fill(out, bounds[r], bounds[r + 1], (byte) label[m]);
        }
      }
    }
    for (int i = 0; i < plane; i++) {
      if (share[i] >= sure) {
        out[i] = start.classes()[i];
      }
    }
    return new ClassMap(start.width(), start.height(), out);
  }
}
