package io.seamark.network.tensorflow;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.util.List;

/**
 * A frame with prompts for a segmenter to learn from.
 *
 * @param frame the pixels
 * @param prompts points on it
 * @param label classes of the pixels, for the auxiliary loss
 */
public record SegmentSample(Frame frame, List<Prompt> prompts, ClassMap label) {
  /** Copies the list and checks that frame and label have one size. */
  public SegmentSample {
    prompts = List.copyOf(prompts);
    if (label.width() != frame.width() || label.height() != frame.height()) {
      throw new IllegalArgumentException("label and frame differ in size");
    }
  }

  /**
   * A foreground point with the mask it asks for.
   *
   * @param x column in the frame's pixels; a pixel's centre has the whole number
   * @param y row, likewise
   * @param target [S / 4, S / 4] in the segmenter's own frame, row-major, 1 inside and 0 outside;
   *     cells beyond the frame are ignored
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Prompt(float x, float y, byte[] target) {}
}
