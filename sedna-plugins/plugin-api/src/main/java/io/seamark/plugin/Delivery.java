package io.seamark.plugin;

import java.time.Duration;
import java.time.Instant;

/**
 * What it took to have a hard frame answered by the cloud.
 *
 * @param bytesUp size of what was sent, in bytes, at least 0
 * @param mined when the frame was found hard
 * @param answered when the cloud's answer was there, by the same clock
 */
public record Delivery(long bytesUp, Instant mined, Instant answered) {
  /** Checks the range. */
  public Delivery {
    if (bytesUp < 0) {
      throw new IllegalArgumentException("bytesUp is " + bytesUp + ", but must be at least 0");
    }
  }

  /**
   * Time from the frame to the cloud's answer, waiting in the outbox included.
   *
   * @return in seconds; 0 where the clock was set back in between
   */
  public double latencySeconds() {
    return Math.max(0, Duration.between(mined, answered).toNanos() / 1e9);
  }
}
