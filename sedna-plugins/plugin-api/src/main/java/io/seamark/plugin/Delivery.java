package io.seamark.plugin;

import java.time.Instant;

/**
 * What it took to have a hard frame answered by the cloud.
 *
 * @param bytesUp size of what was sent, in bytes, at least 0
 * @param seconds from sending to answer, at least 0; waiting and failed attempts not counted
 * @param mined when the frame was found hard, by the device's clock
 */
public record Delivery(long bytesUp, double seconds, Instant mined) {
  /** Checks the ranges. */
  public Delivery {
    if (bytesUp < 0) {
      throw new IllegalArgumentException("bytesUp is " + bytesUp + ", but must be at least 0");
    }
    if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("seconds is " + seconds + ", but must be at least 0");
    }
  }
}
