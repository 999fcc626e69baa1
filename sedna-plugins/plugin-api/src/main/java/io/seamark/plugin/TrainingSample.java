package io.seamark.plugin;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;

/**
 * A frame to learn from.
 *
 * @param frame the pixels
 * @param target classes of the frame's pixels; values that are no class, such as {@link
 *     ClassMap#IGNORE}, are not learnt from
 */
public record TrainingSample(Frame frame, ClassMap target) {
  /** Checks that frame and target have one size. */
  public TrainingSample {
    if (frame.width() != target.width() || frame.height() != target.height()) {
      throw new IllegalArgumentException(
          String.format(
              "the frame is %dx%d, but its target is %dx%d",
              frame.width(), frame.height(), target.width(), target.height()));
    }
  }
}
