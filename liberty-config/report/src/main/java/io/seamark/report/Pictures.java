package io.seamark.report;

import io.seamark.imaging.Images;
import io.seamark.imaging.Palette;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.util.Base64;
import java.util.List;

/** Pictures of a moment as {@code data:} URIs of moderate size. */
final class Pictures {
  private static final int MOST_WIDTH = 360;
  private static final double OPACITY = 0.78;

  private Pictures() {}

  static String camera(Frame frame) {
    return uri(frame.rgb(), frame);
  }

  static String answer(Frame frame, ClassMap map) {
    return uri(Palette.paint(frame, map, OPACITY), frame);
  }

  static String masks(Frame frame, List<SegmentMask> masks) {
    return uri(Palette.paint(frame, masks, 0.6), frame);
  }

  private static String uri(byte[] rgb, Frame like) {
    // The depth is left out of the file, so any will do.
    Frame frame = new Frame(like.width(), like.height(), rgb, new byte[rgb.length / 3]);
    if (frame.width() > MOST_WIDTH) {
      int height = Math.max(1, frame.height() * MOST_WIDTH / frame.width());
      frame = Images.resize(frame, MOST_WIDTH, height);
    }
    byte[] file = Images.encodeJpeg(frame, 0.86f);
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(file);
  }
}
