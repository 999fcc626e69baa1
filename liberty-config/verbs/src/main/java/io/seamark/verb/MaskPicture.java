package io.seamark.verb;

import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.awt.Color;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** A frame with its masks over it, the largest below, each in a colour of its own with its edge. */
final class MaskPicture {
  /** Turns of the colour wheel from one mask to the next: neighbours in order look unlike. */
  private static final float GOLDEN_TURN = 0.618034f;

  private MaskPicture() {}

  static Frame of(Frame frame, List<SegmentMask> masks) {
    byte[] rgb = frame.rgb().clone();
    List<SegmentMask> order =
        masks.stream().sorted(Comparator.comparingInt(SegmentMask::area).reversed()).toList();
    for (int m = 0; m < order.size(); m++) {
      int colour = Color.HSBtoRGB(m * GOLDEN_TURN, 0.9f, 1);
      BitSet pixels = order.get(m).pixels();
      int width = frame.width();
      for (int i = pixels.nextSetBit(0); i >= 0; i = pixels.nextSetBit(i + 1)) {
        boolean edge =
            i % width == 0
                || i % width == width - 1
                || i < width
                || !pixels.get(i - 1)
                || !pixels.get(i + 1)
                || !pixels.get(i - width)
                || !pixels.get(i + width);
        for (int c = 0; c < 3; c++) {
          int paint = colour >> (16 - 8 * c) & 0xFF;
          int seen = frame.rgb()[3 * i + c] & 0xFF;
          rgb[3 * i + c] = (byte) (edge ? paint : (seen + paint) / 2);
        }
      }
    }
    return new Frame(frame.width(), frame.height(), rgb, frame.depth());
  }
}
