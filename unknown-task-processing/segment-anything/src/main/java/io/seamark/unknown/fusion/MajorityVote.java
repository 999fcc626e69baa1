package io.seamark.unknown.fusion;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MemoryNeed;
import java.util.List;

/**
 * Gives each mask the class that most of its pixels have (Ianvs, {@code sam_predict_ssa}, after
 * Semantic-Segment-Anything).
 *
 * <p>The answer starts as the argmax of the scores. Masks are painted largest first; masks of one
 * area keep the order they came in. A mask whose pixels have one class gets that class, otherwise
 * the class of most pixels; on a tie the lowest class, where the original leaves the order open.
 * Pixels that no mask covers keep the edge model's class. Thread-safe.
 */
public final class MajorityVote implements MaskFusion {
  /** Makes the fusion, which has no state. */
  public MajorityVote() {}

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
    byte[] classes = start.classes();
    // Where the class changes next: a map has few such places, so votes are counted in strides.
    int[] change = new int[classes.length];
    for (int i = classes.length - 1, next = classes.length; i >= 0; i--) {
      change[i] = next;
      next = i > 0 && classes[i] != classes[i - 1] ? i : next;
    }
    int[] label = new int[painted.size()];
    for (int m = 0; m < label.length; m++) {
      int[] votes = new int[scores.classes()];
      int[] runs = painted.get(m).bounds();
      for (int r = 0; r < runs.length; r += 2) {
        for (int i = runs[r]; i < runs[r + 1]; ) {
          int end = Math.min(change[i], runs[r + 1]);
          votes[classes[i] & 0xFF] += end - i;
          i = end;
        }
      }
      for (int c = 1; c < votes.length; c++) {
        if (votes[c] > votes[label[m]]) {
          label[m] = c;
        }
      }
    }
    return MaskRuns.paint(start, painted, label);
  }

  /** For each pixel where each stride ends, the map and the answer; and the masks' runs. */
  @Override
  public MemoryNeed memory(int width, int height, int classes) {
    return MemoryNeed.ofHeap(8L * width * height + MaskRuns.memory(height));
  }
}
