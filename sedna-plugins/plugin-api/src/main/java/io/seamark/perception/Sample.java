package io.seamark.perception;

import org.jspecify.annotations.Nullable;

/**
 * One frame of a stream with what its source knows about it.
 *
 * @param id as {@link SourceItem#id()}; outputs are named after it
 * @param domain the condition it was taken in, such as {@code day} or {@code dusk}; empty if
 *     unknown
 * @param frame the pixels
 * @param encoded the file behind the RGB pixels, or null if there is none
 * @param label the true classes, of the frame's size, or null if unknown; only for scoring, and for
 *     training where the user gives retained labelled frames
 */
public record Sample(
    String id, String domain, Frame frame, @Nullable EncodedImage encoded, @Nullable ClassMap label)
    implements SourceItem {
  /** Most characters of an id. */
  public static final int MAX_ID = 200;

  /** Checks the id and that frame and label have one size. */
  public Sample {
    if (id.isBlank() || id.length() > MAX_ID) {
      throw new IllegalArgumentException("sample id must have 1 to 200 characters: '" + id + "'");
    }
    if (label != null && (label.width() != frame.width() || label.height() != frame.height())) {
      throw new IllegalArgumentException(
          String.format(
              "label of %s is %dx%d, but its frame is %dx%d",
              id, label.width(), label.height(), frame.width(), frame.height()));
    }
  }
}
