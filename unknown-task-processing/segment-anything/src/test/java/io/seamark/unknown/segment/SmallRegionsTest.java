package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SmallRegionsTest {
  private static BitSet picture(String... rows) {
    BitSet pixels = new BitSet();
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[y].length(); x++) {
        pixels.set(y * rows[y].length() + x, rows[y].charAt(x) == '#');
      }
    }
    return pixels;
  }

  private static boolean clean(BitSet pixels, int minArea, String... rows) {
    return new SmallRegions(rows[0].length(), rows.length).clean(pixels, minArea);
  }

  @Test
  void fillsSmallHoles_diagonalsConnect() {
    String[] before = {
      "#######", //
      "#.##..#", "##.#..#", "#######",
    };
    BitSet pixels = picture(before);
    assertTrue(clean(pixels, 3, before));
    assertEquals(picture("#######", "####..#", "####..#", "#######"), pixels);
  }

  @Test
  void removesSmallIslands() {
    String[] before = {
      "##....", //
      "##..#.", "......", "..#...", "...##.",
    };
    BitSet pixels = picture(before);
    assertTrue(clean(pixels, 3, before));
    assertEquals(picture("##....", "##....", "......", "..#...", "...##."), pixels);
  }

  @Test
  void largestIslandStays_ifAllAreSmall() {
    String[] before = {"##..#", "#...."};
    BitSet pixels = picture(before);
    assertTrue(clean(pixels, 6, before));
    assertEquals(picture("##...", "#...."), pixels);
  }

  @Test
  void backgroundAtTheEdgeIsAHoleToo() {
    String[] before = {"#.", "##"};
    BitSet pixels = picture(before);
    assertTrue(clean(pixels, 2, before));
    assertEquals(picture("##", "##"), pixels);
  }

  @Test
  void nothingSmall_nothingChanges() {
    String[] before = {"##..", "##.."};
    BitSet pixels = picture(before);
    assertFalse(clean(pixels, 4, before));
    assertEquals(picture(before), pixels);
    BitSet empty = new BitSet();
    assertFalse(clean(empty, 8, before));
    assertEquals(new BitSet(), empty);
  }
}
