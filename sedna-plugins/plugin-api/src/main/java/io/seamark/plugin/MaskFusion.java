package io.seamark.plugin;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import java.util.List;

/** Gives masks their classes. */
public interface MaskFusion {
  /**
   * Fuses masks and scores into an answer.
   *
   * @param scores the edge model's logits at the masks' size
   * @param masks in any order, all of one size; may be empty
   * @return every pixel's class, of that size
   */
  ClassMap fuse(ClassScores scores, List<SegmentMask> masks);
}
