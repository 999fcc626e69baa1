package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import java.io.IOException;

/** What tests of pictures have to say. */
final class PixelAssertions {
  private PixelAssertions() {}

  /** A pixel of a picture. */
  static void assertPixel(Frame frame, int x, int y, int tolerance, int... rgb) {
    for (int c = 0; c < 3; c++) {
      int found = frame.rgb()[3 * (y * frame.width() + x) + c] & 0xFF;
      assertEquals(rgb[c], found, tolerance, "pixel " + x + "," + y + " channel " + c);
    }
  }

  /** Why a picture is refused. */
  static String refusal(byte[] file) {
    String message =
        String.valueOf(
            assertThrows(IOException.class, () -> Images.decodeFrame(file)).getMessage());
    assertTrue(message.indexOf('\n') < 0, message);
    return message;
  }

  /** A channel's value after JFIF's conversion (ITU-T T.871), red, green and blue. */
  static int[] rgbOf(int y, int cb, int cr) {
    return new int[] {
      clamped(y + 1.402 * (cr - 128)),
      clamped(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)),
      clamped(y + 1.772 * (cb - 128))
    };
  }

  private static int clamped(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }
}
