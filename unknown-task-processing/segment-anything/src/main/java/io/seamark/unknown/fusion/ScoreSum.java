package io.seamark.unknown.fusion;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MemoryNeed;
import java.util.List;

/**
 * Gives each mask the class with the largest sum of logits inside it (Ianvs, {@code sam_predict}).
 *
 * <p>The answer starts as the argmax of the scores. Masks are painted largest first; masks of one
 * area keep the order they came in. The label of a mask is {@code argmax_c sum of logits[c]} over
 * its pixels, the lowest class on a tie. Pixels that no mask covers keep the edge model's class.
 * Thread-safe.
 */
public final class ScoreSum implements MaskFusion {
  /** Makes the fusion, which has no state. */
  public ScoreSum() {}

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
    List<MaskRuns> painted = MaskRuns.largestFirst(masks, scores.width(), scores.height());
    return MaskRuns.paint(scores.argmax(), painted, labels(scores, painted));
  }

  /** For each pixel two prefix sums, the map and the answer; and the masks' runs. */
  @Override
  public MemoryNeed memory(int width, int height, int classes) {
    return MemoryNeed.ofHeap(18L * width * height + MaskRuns.memory(height));
  }

  /**
   * The class with the largest sum of logits in each mask, the lowest on a tie.
   *
   * @throws IllegalArgumentException if a logit is not finite
   */
  static int[] labels(ClassScores scores, List<MaskRuns> masks) {
    int plane = scores.width() * scores.height();
    int[] label = new int[masks.size()];
    double[] best = new double[masks.size()];
    // One prefix sum a class makes the sum over a run two look-ups, however many masks overlap.
    // Two go side by side, since each addition waits for the one before it.
    double[] even = new double[plane + 1];
    double[] odd = new double[plane + 1];
    for (int c = 0; c < scores.classes(); c += 2) {
      boolean pair = c + 1 < scores.classes();
      prefixSums(scores.logits(), c * plane, pair ? (c + 1) * plane : c * plane, even, odd);
      choose(masks, even, c, label, best);
      if (pair) {
        choose(masks, odd, c + 1, label, best);
      }
    }
    return label;
  }

  private static void prefixSums(float[] logits, int from, int other, double[] even, double[] odd) {
    double a = 0;
    double b = 0;
    for (int i = 0; i + 1 < even.length; i++) {
      a += logits[from + i];
      b += logits[other + i];
      even[i + 1] = a;
      odd[i + 1] = b;
    }
  }

  private static void choose(
      List<MaskRuns> masks, double[] before, int of, int[] label, double[] best) {
    // Finite floats cannot sum up to what is no finite double, and anything else stays in the sum.
    if (!Double.isFinite(before[before.length - 1])) {
      throw MaskRuns.notFinite(of);
    }
    for (int m = 0; m < label.length; m++) {
      double sum = masks.get(m).sum(before);
      if (of == 0 || sum > best[m]) {
        best[m] = sum;
        label[m] = of;
      }
    }
  }
}
