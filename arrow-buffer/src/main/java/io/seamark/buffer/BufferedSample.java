package io.seamark.buffer;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Look;
import org.jspecify.annotations.Nullable;

/**
 * A hard sample with the answer it got: what the cloud trains on.
 *
 * @param sample as the edge sent it
 * @param answer of the sample's size
 * @param segments the masks that the answer rests on: at each pixel the number of its mask, 0 to
 *     253, or {@link ClassMap#IGNORE} where it has none; of the sample's size, or null if they are
 *     not known
 * @param look light and colours of the frame, or null if they are not known
 */
public record BufferedSample(
    HardSample sample, FusedAnswer answer, @Nullable ClassMap segments, @Nullable Look look) {
  /**
   * Checks that sample, answer and segments have one size.
   *
   * @param sample see above
   * @param answer see above
   * @param segments see above
   * @param look see above
   */
  // Written out, since a compact constructor's parameters lose their type annotations.
  public BufferedSample(
      HardSample sample, FusedAnswer answer, @Nullable ClassMap segments, @Nullable Look look) {
    check("answer to", answer.classMap(), sample);
    if (segments != null) {
      check("map of the segments of", segments, sample);
    }
    this.sample = sample;
    this.answer = answer;
    this.segments = segments;
    this.look = look;
  }

  /**
   * A sample of whose masks and look nothing is known.
   *
   * @param sample as the edge sent it
   * @param answer of the sample's size
   */
  public BufferedSample(HardSample sample, FusedAnswer answer) {
    this(sample, answer, null, null);
  }

  private static void check(String what, ClassMap map, HardSample sample) {
    if (map.width() != sample.width() || map.height() != sample.height()) {
      throw new IllegalArgumentException(
          String.format(
              "%s sample '%s' is %dx%d, but its frame is %dx%d",
              what, sample.id(), map.width(), map.height(), sample.width(), sample.height()));
    }
  }
}
