package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.Frame;
import java.nio.FloatBuffer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputImageTest {
  private static Frame pattern(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[i++] = (byte) (x * 37 + y * 91 + c * 53 + x * y % 17 * 11);
        }
      }
    }
    return new Frame(width, height, rgb, new byte[width * height]);
  }

  @ParameterizedTest
  @CsvSource({
    "480, 360, 1024, 768, 1040513441",
    "1500, 2000, 768, 1024, 2343977060",
    "37, 23, 64, 40, 4215290981",
    "5, 4, 2, 2, 1651471248",
    "64, 64, 64, 64, 1750625611",
    "3, 1000, 3, 1024, 2657578073"
  })
  void resize_isPillows_toTheBit(int width, int height, int toWidth, int toHeight, long sum) {
    // Checksums of Pillow 13's Image.resize with BILINEAR on the same pattern.
    Frame frame = pattern(width, height);
    CRC32 crc = new CRC32();
    crc.update(InputImage.resize(frame, new Crop(0, 0, width, height, 0), toWidth, toHeight));
    assertEquals(sum, crc.getValue());
  }

  @Test
  void resized_roundsHalfUp() {
    assertEquals(768, InputImage.resized(360, 480, 1024));
    assertEquals(1024, InputImage.resized(480, 480, 1024));
    assertEquals(1, InputImage.resized(1, 16_384, 1024));
  }

  @Test
  void write_normalises_pads_andTakesTheCrop() {
    Frame frame = pattern(12, 9);
    FloatBuffer out = FloatBuffer.allocate(3 * 8 * 8);
    for (int i = 0; i < out.capacity(); i++) {
      out.put(i, Float.NaN);
    }
    InputImage.write(frame, new Crop(2, 3, 10, 7, 1), 8, out);
    int pixel = (5 * 12 + 6) * 3;
    float[] mean = {123.675f, 116.28f, 103.53f};
    float[] deviation = {58.395f, 57.12f, 57.375f};
    for (int c = 0; c < 3; c++) {
      float value = frame.rgb()[pixel + c] & 0xFF;
      assertEquals((value - mean[c]) / deviation[c], out.get((c * 8 + 2) * 8 + 4));
      for (int i = 4 * 8; i < 8 * 8; i++) {
        assertEquals(0f, out.get(c * 64 + i));
      }
    }
  }
}
