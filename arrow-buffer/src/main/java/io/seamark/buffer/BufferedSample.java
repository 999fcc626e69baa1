package io.seamark.buffer;

import io.seamark.perception.ClassMap;

/**
 * A hard sample with the answer it got: what the cloud trains on.
 *
 * @param sample as the edge sent it
 * @param answer of the sample's size
 */
public record BufferedSample(HardSample sample, FusedAnswer answer) {
  /** Checks that sample and answer have one size. */
  public BufferedSample {
    ClassMap map = answer.classMap();
    if (map.width() != sample.width() || map.height() != sample.height()) {
      throw new IllegalArgumentException(
          String.format(
              "answer to sample '%s' is %dx%d, but its frame is %dx%d",
              sample.id(), map.width(), map.height(), sample.width(), sample.height()));
    }
  }
}
