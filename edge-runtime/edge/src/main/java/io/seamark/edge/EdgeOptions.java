package io.seamark.edge;

import java.time.Duration;

/**
 * How the loop behaves.
 *
 * @param edge name of the device, 1 to 100 characters; with a frame's id it names the frame to the
 *     cloud
 * @param miner name of the miner, for the record
 * @param jpegQuality for hard frames whose source brings no file, 0.1 to 1
 * @param audit chooses easy frames that the cloud looks at too
 * @param window hard frames that may wait for an answer before a source that can wait is made to; 0
 *     never waits, as with a camera. A cloud that is away is never waited for.
 * @param patience longest such wait for one frame
 */
public record EdgeOptions(
    String edge, String miner, double jpegQuality, EdgeAudit audit, int window, Duration patience) {
  /** Checks the ranges. */
  public EdgeOptions {
    if (edge.isBlank() || edge.length() > 100) {
      throw new IllegalArgumentException(
          "edge name is '" + edge + "', but must have 1 to 100 characters");
    }
    if (!(jpegQuality >= 0.1 && jpegQuality <= 1)) {
      throw new IllegalArgumentException(
          "jpeg quality is " + jpegQuality + ", but must be 0.1 to 1");
    }
    if (window < 0) {
      throw new IllegalArgumentException("window is " + window + ", but must be at least 0");
    }
  }
}
