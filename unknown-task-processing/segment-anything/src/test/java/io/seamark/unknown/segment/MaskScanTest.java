package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskScanTest {
  /** Bilinear resizing with half-pixel centres, the plain way. */
  private static double[][] resize(double[][] in, int usedRows, int usedColumns, int h, int w) {
    double[][] out = new double[h][w];
    for (int y = 0; y < h; y++) {
      double sy = Math.max(0, (y + 0.5) * usedRows / h - 0.5);
      int y0 = Math.min((int) sy, usedRows - 1);
      int y1 = Math.min(y0 + 1, usedRows - 1);
      for (int x = 0; x < w; x++) {
        double sx = Math.max(0, (x + 0.5) * usedColumns / w - 0.5);
        int x0 = Math.min((int) sx, usedColumns - 1);
        int x1 = Math.min(x0 + 1, usedColumns - 1);
        double top = in[y0][x0] + (in[y0][x1] - in[y0][x0]) * (sx - x0);
        double bottom = in[y1][x0] + (in[y1][x1] - in[y1][x0]) * (sx - x0);
        out[y][x] = top + (bottom - top) * (sy - y0);
      }
    }
    return out;
  }

  private static float[] blobs(int low, long seed) {
    Random random = new Random(seed);
    float[] logits = new float[low * low];
    Arrays.fill(logits, -6);
    for (int b = 0; b < 3; b++) {
      double cx = random.nextDouble() * low;
      double cy = random.nextDouble() * low;
      double radius = low * (0.05 + 0.2 * random.nextDouble());
      for (int i = 0; i < logits.length; i++) {
        int x = i % low;
        int y = i / low;
        double distance = Math.hypot(x - cx, y - cy);
        logits[i] = (float) Math.max(logits[i], 4 * (1 - distance / radius));
      }
    }
    return logits;
  }

  @ParameterizedTest
  @CsvSource({
    "64, 256, 120, 90",
    "64, 256, 90, 120",
    "64, 256, 700, 300",
    "32, 32, 50, 20",
    "16, 64, 1, 9",
    "64, 256, 64, 64",
    "3, 12, 40, 40"
  })
  void agreesWithEnlargingTwice(int low, int size, int width, int height) {
    int longSide = Math.max(width, height);
    int usedRows = InputImage.resized(height, longSide, size);
    int usedColumns = InputImage.resized(width, longSide, size);
    MaskScan scan = new MaskScan(low, size, width, height, 1);
    for (long seed = 1; seed < 9; seed++) {
      float[] logits = blobs(low, seed);
      double[][] cells = new double[low][low];
      for (int i = 0; i < logits.length; i++) {
        cells[i / low][i % low] = logits[i];
      }
      double[][] large =
          resize(resize(cells, low, low, size, size), usedRows, usedColumns, height, width);
      BitSet expected = new BitSet();
      int strict = 0;
      int lax = 0;
      for (int i = 0; i < width * height; i++) {
        double value = large[i / width][i % width];
        expected.set(i, value > 0);
        strict += value > 1 ? 1 : 0;
        lax += value > -1 ? 1 : 0;
      }
      MaskScan.Scanned scanned = Objects.requireNonNull(scan.scan(logits, 0));
      BitSet pixels = new BitSet();
      for (int r = 0; r < scanned.runs().length; r += 2) {
        assertTrue(scanned.runs()[r] / width == (scanned.runs()[r + 1] - 1) / width);
        pixels.set(scanned.runs()[r], scanned.runs()[r + 1]);
      }
      assertEquals(expected, pixels);
      assertEquals(expected.cardinality(), scanned.area());
      assertEquals((float) strict / lax, scanned.stability());
      var box = MaskRecords.boxOf(expected, width);
      if (!expected.isEmpty()) {
        assertArrayEquals(
            new int[] {box.x(), box.y(), box.x() + box.width() - 1, box.y() + box.height() - 1},
            scanned.bounds());
      }
    }
  }

  @Test
  void unstableMask_isDropped_atTheThresholdItStays() {
    float[] logits = new float[16 * 16];
    Arrays.fill(logits, -5);
    for (int i = 0; i < 8 * 16; i++) {
      logits[i] = i < 6 * 16 ? 5 : 0.5f;
    }
    MaskScan scan = new MaskScan(16, 16, 16, 16, 1);
    assertEquals(0.75f, Objects.requireNonNull(scan.scan(logits, 0.75f)).stability());
    assertNull(scan.scan(logits, 0.76f));
  }

  @Test
  void emptyMask_hasNoStability_andGoesUnlessTheFilterIsOff() {
    float[] logits = new float[16 * 16];
    Arrays.fill(logits, -5);
    MaskScan scan = new MaskScan(16, 16, 16, 16, 1);
    assertNull(scan.scan(logits, 0.1f));
    MaskScan.Scanned scanned = Objects.requireNonNull(scan.scan(logits, 0));
    assertEquals(0, scanned.area());
    assertArrayEquals(new int[4], scanned.bounds());
    assertTrue(Float.isNaN(scanned.stability()));
  }

  @Test
  void fullMask() {
    float[] logits = new float[16 * 16];
    Arrays.fill(logits, 5);
    MaskScan.Scanned scanned =
        Objects.requireNonNull(new MaskScan(16, 64, 31, 17, 1).scan(logits, 0.95f));
    assertEquals(31 * 17, scanned.area());
    assertArrayEquals(new int[] {0, 0, 30, 16}, scanned.bounds());
    assertEquals(1f, scanned.stability());
  }

  @Test
  void runsAnswerLikePixels() {
    // The second run ends with its row, where the third begins.
    MaskScan.Scanned scanned =
        new MaskScan.Scanned(1, 9, new int[4], new int[] {2, 5, 8, 10, 10, 14});
    BitSet pixels = new BitSet();
    scanned.addTo(pixels);
    assertEquals(9, pixels.cardinality());
    for (int i = 0; i < 20; i++) {
      assertEquals(pixels.get(i), scanned.covers(i), "pixel " + i);
    }
    assertEquals(0, scanned.outside(pixels));
    assertEquals(9, scanned.outside(new BitSet()));
    BitSet some = new BitSet();
    some.set(0, 3);
    some.set(4, 9);
    some.set(13, 30);
    BitSet left = (BitSet) pixels.clone();
    left.andNot(some);
    assertEquals(left.cardinality(), scanned.outside(some));
  }
}
