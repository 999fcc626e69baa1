package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RleTest {
  private static BitSet rectangle() {
    BitSet pixels = new BitSet();
    for (int y = 1; y < 4; y++) {
      pixels.set(y * 7 + 2, y * 7 + 6);
    }
    pixels.set(0);
    pixels.set(4 * 7 + 6);
    pixels.clear(2 * 7 + 3);
    return pixels;
  }

  @Test
  void runsGoDownTheColumns_zerosFirst() {
    assertArrayEquals(
        new int[] {0, 1, 10, 3, 2, 1, 1, 1, 2, 3, 2, 3, 5, 1},
        Rle.encode(rectangle(), 5, 7).counts());
  }

  @Test
  void text_isPycocotools() {
    // pycocotools 2.0.11 on the same mask.
    assertEquals("01:2HNO012003N", Rle.encode(rectangle(), 5, 7).text());
  }

  @Test
  void text_isPycocotools_onALargerMask() {
    BitSet pixels = new BitSet();
    for (int y = 0; y < 300; y++) {
      for (int x = 0; x < 400; x++) {
        double dx = (x - 200) / 150.0;
        double dy = (y - 140) / 90.0;
        pixels.set(y * 400 + x, dx * dx + dy * dy < 1 ^ (x * 7 + y * 3) % 50 == 0);
      }
    }
    Rle rle = Rle.encode(pixels, 300, 400);
    CRC32 crc = new CRC32();
    crc.update(rle.text().getBytes(StandardCharsets.US_ASCII));
    assertEquals(7470, rle.text().length());
    assertEquals(2882031699L, crc.getValue());
    assertEquals(43067, rle.area());
    assertEquals(pixels, Rle.parse(rle.text(), 300, 400).decode());
  }

  @Test
  void emptyAndFull() {
    assertArrayEquals(new int[] {12}, Rle.encode(new BitSet(), 3, 4).counts());
    BitSet full = new BitSet();
    full.set(0, 12);
    assertArrayEquals(new int[] {0, 12}, Rle.encode(full, 3, 4).counts());
    assertEquals(full, Rle.encode(full, 3, 4).decode());
  }

  @Test
  void roundTrip_ofRandomMasks() {
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      BitSet pixels = new BitSet();
      double density = random.nextDouble();
      for (int p = 0; p < width * height; p++) {
        pixels.set(p, random.nextDouble() < density);
      }
      Rle rle = Rle.encode(pixels, height, width);
      assertEquals(pixels, rle.decode());
      assertEquals(pixels.cardinality(), rle.area());
      assertArrayEquals(rle.counts(), Rle.parse(rle.text(), height, width).counts());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "P", "PPPPPPPP", "oooooooooooo0", "~", "\u0000", "4", "N", "0000X6"})
  void parse_refusesWhatDoesNotFillTheImage(String text) {
    assertThrows(IllegalArgumentException.class, () -> Rle.parse(text, 2, 3));
  }

  @Test
  void parse_refusesHugeImages() {
    assertThrows(IllegalArgumentException.class, () -> Rle.parse("0", 1 << 20, 1 << 20));
    assertThrows(IllegalArgumentException.class, () -> Rle.parse("0", -1, -6));
  }
}
