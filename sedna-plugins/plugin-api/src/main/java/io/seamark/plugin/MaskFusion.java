package io.seamark.plugin;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import java.util.List;

/** Gives masks their classes. Thread-safe. */
public interface MaskFusion {
  /**
   * Fuses masks and scores into an answer.
   *
   * @param scores the edge model's logits at the masks' size
   * @param masks in any order, all of one size; may be empty
   * @return every pixel's class, of that size, or {@link ClassMap#IGNORE} where masks and scores
   *     leave it undecided; where no mask covers a pixel, the class that scores highest
   * @throws IllegalArgumentException if a logit is not finite, or a mask has another size than the
   *     scores
   */
  ClassMap fuse(ClassScores scores, List<SegmentMask> masks);
}
