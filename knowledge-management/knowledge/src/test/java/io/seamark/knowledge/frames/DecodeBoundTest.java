package io.seamark.knowledge.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class DecodeBoundTest {
  private static LabelledFrames one(int width, int height) {
    return new LabelledFrames() {
      @Override
      public int size() {
        return 1;
      }

      @Override
      public LabelledFrame read(int index) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
          rgb[i] = (byte) (i / 3 % width < width / 2 ? 10 : 200);
        }
        byte[] classes = new byte[width * height];
        for (int i = 0; i < classes.length; i++) {
          classes[i] = (byte) (i % width < width / 2 ? 1 : 2);
        }
        return new LabelledFrame(
            new Frame(width, height, rgb, null), new ClassMap(width, height, classes));
      }

      @Override
      public String source() {
        return "one frame";
      }
    };
  }

  @Test
  void framesComeAtTheSizeAskedForWithTheirClassesKept() throws IOException {
    LabelledFrames.LabelledFrame frame = one(1000, 4).at(new FrameSize(40, 30)).read(0);
    assertEquals(40, frame.frame().width());
    assertEquals(30, frame.target().height());
    assertEquals(1, frame.target().at(0, 0));
    assertEquals(2, frame.target().at(39, 29));
    LabelledFrames.LabelledFrame same = one(40, 30).read(0);
    assertSame(same, same.at(new FrameSize(40, 30)));
  }

  @Test
  void whatWouldTakeHalfOfTheHeapIsSkippedByName() throws IOException {
    int rows = (int) (Runtime.getRuntime().maxMemory() / 2 / 12 / 4096) + 1;
    assertTrue(
        String.valueOf(
                assertThrows(IOException.class, () -> DecodeBound.checkScaling(rows, 4096))
                    .getMessage())
            .startsWith("scaling " + rows + " rows to a width of 4096 would take "));
    DecodeBound.checkScaling(rows, 100);
    // 24 bytes a pixel, and 8 more with depth.
    int height = (int) (Runtime.getRuntime().maxMemory() / 2 / 28 / 1024);
    Images.Size size = new Images.Size(1024, height);
    DecodeBound.checkDecoding(size, false);
    assertTrue(
        String.valueOf(
                assertThrows(IOException.class, () -> DecodeBound.checkDecoding(size, true))
                    .getMessage())
            .startsWith("decoding 1024x" + height + " pixels would take "));
  }
}
