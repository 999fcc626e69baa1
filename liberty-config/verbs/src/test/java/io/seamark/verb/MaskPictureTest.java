package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskPictureTest {
  private static SegmentMask square(int from, int side) {
    BitSet pixels = new BitSet();
    for (int y = from; y < from + side; y++) {
      pixels.set(y * 8 + from, y * 8 + from + side);
    }
    Box box = new Box(from, from, side, side);
    return new SegmentMask(8, 8, pixels, side * side, box, 1, 1, 0, 0, new Box(0, 0, 8, 8));
  }

  private static int pixel(Frame frame, int x, int y) {
    int i = 3 * (y * 8 + x);
    return ((frame.rgb()[i] & 0xFF) << 16)
        | ((frame.rgb()[i + 1] & 0xFF) << 8)
        | (frame.rgb()[i + 2] & 0xFF);
  }

  @Test
  void smallMasksLieOverLargeOnes_andTheRestIsTheFrame() {
    Frame frame = new Frame(8, 8, new byte[3 * 64], null);
    Frame picture = MaskPicture.of(frame, List.of(square(2, 3), square(1, 6)));
    assertEquals(0, pixel(picture, 0, 0));
    // The largest is red: its edge in full, within half of it.
    assertEquals(0xFF1A1A, pixel(picture, 1, 1));
    assertEquals(0x7F0D0D, pixel(picture, 5, 5));
    assertNotEquals(pixel(picture, 1, 1), pixel(picture, 2, 2));
    assertNotEquals(pixel(picture, 2, 2), pixel(picture, 3, 3));
    assertEquals(0, pixel(frame, 3, 3));
  }
}
