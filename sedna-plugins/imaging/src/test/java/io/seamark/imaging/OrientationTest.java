package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** EXIF's eight orientations, after the table of its standard (CIPA DC-008, 4.6.5). */
class OrientationTest {
  /** Stored: 1 2 3 over 4 5 6. */
  private static final int[] STORED = {10, 20, 30, 40, 50, 60};

  private static PngFixture png() {
    return new PngFixture(3, 2, 8, PngFixture.GREY, STORED);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, 10 20 30 40 50 60",
    "2, 3, 30 20 10 60 50 40",
    "3, 3, 60 50 40 30 20 10",
    "4, 3, 40 50 60 10 20 30",
    "5, 2, 10 40 20 50 30 60",
    "6, 2, 40 10 50 20 60 30",
    "7, 2, 60 30 50 20 40 10",
    "8, 2, 30 60 20 50 10 40",
  })
  @DisplayName("each orientation turns pictures, labels and depth, in PNG and JPEG")
  void turns(int orientation, int width, String pixels) throws IOException {
    byte[] block = Orientation.block(orientation);
    byte[] file = png().chunk("eXIf", block).file();
    int height = 6 / width;
    assertEquals(new Images.Size(width, height), Images.size(file));
    Frame frame = Images.decodeFrame(file);
    assertEquals(width, frame.width());
    assertEquals(height, frame.height());
    byte[] expected = new byte[6];
    String[] texts = pixels.split(" ", -1);
    for (int i = 0; i < 6; i++) {
      expected[i] = (byte) Integer.parseInt(texts[i]);
      assertEquals(expected[i], frame.rgb()[3 * i + 1], "pixel " + i);
    }
    assertArrayEquals(expected, Images.decodeClassMap(file).classes());
    assertArrayEquals(expected, Images.withDepth(frame, file).depth());
    // The same where the block stands after the data.
    assertArrayEquals(
        frame.rgb(), Images.decodeFrame(png().chunkAfterData("eXIf", block).file()).rgb());

    int[] grey = new int[6];
    System.arraycopy(STORED, 0, grey, 0, 6);
    byte[] jpeg = new FlatJpeg(24, 16, grey).jfif().exif(block).file();
    assertEquals(new Images.Size(8 * width, 8 * height), Images.size(jpeg));
    Frame large = Images.decodeFrame(jpeg);
    for (int i = 0; i < 6; i++) {
      int x = 8 * (i % width) + 3;
      int y = 8 * (i / width) + 5;
      PixelAssertions.assertPixel(large, x, y, 0, expected[i], expected[i], expected[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, 300, 65535})
  @DisplayName("a number that means nothing turns nothing")
  void otherNumbers(int number) throws IOException {
    byte[] block = Orientation.block(number);
    byte[] plain = Images.decodeFrame(png().file()).rgb();
    assertArrayEquals(plain, Images.decodeFrame(png().chunk("eXIf", block).file()).rgb());
  }

  @Test
  void bothByteOrders() throws IOException {
    byte[] little =
        ByteBuffer.allocate(26 + 12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {'I', 'I', '*', 0})
            .putInt(8)
            .putShort((short) 2)
            // The camera's name, which is not in the block.
            .putShort((short) 271)
            .putShort((short) 2)
            .putInt(Integer.MAX_VALUE)
            .putInt(Integer.MAX_VALUE)
            .putShort((short) 274)
            .putShort((short) 3)
            .putInt(1)
            .putInt(6)
            .array();
    assertEquals(new Images.Size(2, 3), Images.size(png().chunk("eXIf", little).file()));
  }

  @Test
  @DisplayName("a broken block turns nothing, wherever it breaks")
  void brokenBlocks() throws IOException {
    byte[] whole = Orientation.block(6);
    for (int length = 0; length < 20; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertEquals(new Images.Size(3, 2), Images.size(png().chunk("eXIf", cut).file()));
      assertEquals(
          new Images.Size(8, 16),
          Images.size(new FlatJpeg(8, 16, new int[2]).jfif().exif(cut).file()));
    }
    byte[] far = whole.clone();
    ByteBuffer.wrap(far).putInt(4, -2);
    assertEquals(new Images.Size(3, 2), Images.size(png().chunk("eXIf", far).file()));
    byte[] many = whole.clone();
    ByteBuffer.wrap(many).putShort(8, (short) -1).putShort(10, (short) 5);
    assertEquals(new Images.Size(3, 2), Images.size(png().chunk("eXIf", many).file()));
  }
}
