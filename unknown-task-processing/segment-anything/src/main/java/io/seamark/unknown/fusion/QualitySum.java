package io.seamark.unknown.fusion;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MemoryNeed;
import java.util.Arrays;
import java.util.List;

/**
 * Score sum in which masks and pixels are weighed against each other: a mask is believed as far as
 * the segmenter believes it, a pixel as far as the edge model does.
 *
 * <p>A mask's label is that of {@link ScoreSum}, and its trust is {@code g = (predicted IoU *
 * stability) ^ doubt}, each held to 0 to 1 (Kirillov et al. 2023, arXiv 2304.02643, sort and filter
 * masks by these two). With p the softmax of the pixel's highest logit, each pixel of the mask
 *
 * <ul>
 *   <li>keeps its own class where {@code p > g}: the edge model is surer than the segmenter;
 *   <li>is {@link ClassMap#IGNORE undecided} where its class is another than the mask's and forms a
 *       structure at most {@code thin * (1 - g)} pixels thick: a pole or a sign that a coarse mask
 *       swallows, or noise, of which the scores alone cannot tell;
 *   <li>takes the mask's label otherwise.
 * </ul>
 *
 * <p>A structure's thickness at a pixel is the length of the row or of the column of pixels of its
 * class through it, whichever is shorter. In nested masks the innermost decides: masks are taken
 * largest first, in the given order where areas tie. A mask of trust 1 takes all its pixels, so
 * that with perfect masks this is {@link ScoreSum}. Pixels that no mask covers keep the edge
 * model's class; the lowest class wins a tie. Thread-safe.
 */
public final class QualitySum implements MaskFusion {
  private static final int NONE = -1;

  private final double thin;
  private final double doubt;

  /**
   * Makes the fusion.
   *
   * @param thin thickness in pixels below which a mask of no quality swallows no structure, at
   *     least 0
   * @param doubt power of a mask's quality that makes its trust, at least 0; more for a segmenter
   *     that thinks too well of its masks
   */
  public QualitySum(double thin, double doubt) {
    this.doubt = doubt;
    this.thin = thin;
  }

  /**
   * Fuses.
   *
   * @param scores the edge model's logits, of the masks' size
   * @param masks in any order; may be empty
   * @return every pixel's class, or {@link ClassMap#IGNORE} where mask and scores disagree and
   *     neither is sure
   * @throws IllegalArgumentException if a mask has another size than the scores, or a logit is not
   *     finite
   */
  @Override
  public ClassMap fuse(ClassScores scores, List<SegmentMask> masks) {
    List<MaskRuns> inward = MaskRuns.largestFirst(masks, scores.width(), scores.height());
    int[] label = ScoreSum.labels(scores, inward);
    double[] trust = new double[label.length];
    int[] innermost = new int[scores.width() * scores.height()];
    Arrays.fill(innermost, NONE);
    for (int m = 0; m < label.length; m++) {
      trust[m] = Math.pow(inward.get(m).quality(), doubt);
      inward.get(m).fill(innermost, m);
    }
    ClassMap own = scores.argmax();
    byte[] out = own.classes().clone();
    short[] thickness = own.thickness();
    for (int i = 0; i < out.length; i++) {
      int m = innermost[i];
      // Exponentials are dear, so they come last: only pixels that disagree need theirs.
      if (m != NONE
          && out[i] != (byte) label[m]
          && sureness(scores, i, out[i] & 0xFF) <= trust[m]) {
        boolean swallowed = thickness[i] <= thin * (1 - trust[m]);
        out[i] = (byte) (swallowed ? ClassMap.IGNORE : label[m]);
      }
    }
    return new ClassMap(own.width(), own.height(), out);
  }

  /** For each pixel two prefix sums, then what each pixel is compared with; and the masks' runs. */
  @Override
  public MemoryNeed memory(int width, int height, int classes) {
    return MemoryNeed.ofHeap(18L * width * height + MaskRuns.memory(height));
  }

  /** The softmax of a pixel's highest logit. */
  private static float sureness(ClassScores scores, int pixel, int best) {
    int plane = scores.width() * scores.height();
    float[] logits = scores.logits();
    float top = logits[best * plane + pixel];
    float sum = 0;
    for (int i = pixel; i < logits.length; i += plane) {
      float below = logits[i] - top;
      // What is this far below adds nothing to a float near 1, and most classes are.
      if (below > -17) {
        sum += below == 0 ? 1 : (float) Math.exp(below);
      }
    }
    return 1 / sum;
  }
}
