package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Files that were once read wrongly, where the folder {@code shared} is. */
class SharedFaultsTest {
  private static byte[] fault(String name) throws IOException {
    return Files.readAllBytes(SharedFolder.path("faults/" + name));
  }

  private static double meanDifference(Frame one, Frame other) {
    assertEquals(one.width(), other.width());
    assertEquals(one.height(), other.height());
    double sum = 0;
    for (int i = 0; i < one.rgb().length; i++) {
      sum += Math.abs((one.rgb()[i] & 0xFF) - (other.rgb()[i] & 0xFF));
    }
    return sum / one.rgb().length;
  }

  @Test
  void orientationAndInksGiveTheSamePicture() throws IOException {
    Frame wanted = Images.decodeFrame(fault("ref.png"));
    for (String name : new String[] {"exif3.jpg", "cmyk.jpg"}) {
      double difference = meanDifference(wanted, Images.decodeFrame(fault(name)));
      assertTrue(difference < 4, name + " differs by " + difference);
    }
  }

  @Test
  void sixteenBitDepthBelow256() throws IOException {
    Frame frame = Images.decodeFrame(fault("ref.png"));
    byte[] depth = fault("depth16/a.png");
    String reason =
        String.valueOf(
            assertThrows(IOException.class, () -> Images.withDepth(frame, depth)).getMessage());
    assertTrue(reason.contains("depth.scale"), reason);
    byte[] read = Images.withDepth(frame, depth, DepthScale.parse("0.1")).depth();
    assertTrue(read != null && read.length == 480 * 360);
    int above = 0;
    for (byte value : read) {
      above += value == 0 ? 0 : 1;
    }
    assertTrue(above > 480 * 360 / 2, above + " pixels with depth");
  }
}
