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

  /**
   * What a fusion takes, besides scores and masks.
   *
   * @param width of the frame, in pixels
   * @param height of the frame, in pixels
   * @param classes of the scores
   * @return an upper bound; unless stated otherwise, the scores once more and 32 bytes a pixel
   */
  default MemoryNeed memory(int width, int height, int classes) {
    return MemoryNeed.ofHeap((long) width * height * (4L * classes + 32));
  }
}
