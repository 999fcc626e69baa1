package io.seamark.perception;

import org.jspecify.annotations.Nullable;

/**
 * One camera frame.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb [height, width, 3], row-major, 8 bits a channel in the order red, green, blue
 * @param depth [height, width], row-major, 8 bits as RFNet reads it (0 is unknown or far), or null
 *     where the camera has none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Frame(int width, int height, byte[] rgb, byte @Nullable [] depth) {
  /** Checks the shapes. */
  public Frame {
    Shapes.checkSize("frame", width, height);
    Shapes.checkLength("rgb", rgb.length, 3L * width * height);
    if (depth != null) {
      Shapes.checkLength("depth", depth.length, (long) width * height);
    }
  }
}
