package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CropTest {
  @Test
  void layers_asTheOriginalCutsThem() {
    List<Crop> crops = Crop.of(480, 360, 2, 512.0 / 1500);
    assertEquals(21, crops.size());
    assertEquals(
        List.of(
            new Crop(0, 0, 480, 360, 0),
            new Crop(0, 0, 301, 241, 1),
            new Crop(0, 119, 301, 360, 1),
            new Crop(179, 0, 480, 241, 1),
            new Crop(179, 119, 480, 360, 1),
            new Crop(0, 0, 166, 136, 2),
            new Crop(0, 75, 166, 211, 2)),
        crops.subList(0, 7));
    assertEquals(new Crop(315, 225, 480, 360, 2), crops.get(20));
  }

  @Test
  void frameTooSmallForTheLayers_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Crop.of(3, 3, 4, 0));
    assertEquals(1, Crop.of(1, 1, 0, 0.3).size());
  }

  @Test
  void points_areCellCentres_rowsOuter() {
    Crop crop = new Crop(100, 50, 160, 80, 1);
    assertArrayEquals(new double[] {15, 7.5, 45, 7.5, 15, 22.5, 45, 22.5}, crop.points(2), 1e-12);
    assertArrayEquals(new double[] {30, 15}, crop.points(1), 1e-12);
    assertEquals(2048, crop.points(32).length);
  }

  @Test
  void cuts_nearACropsEdgeThatIsNotTheImages() {
    Crop left = new Crop(0, 0, 301, 360, 1);
    assertFalse(left.cuts(new int[] {0, 0, 280, 359}, 480, 360));
    assertTrue(left.cuts(new int[] {0, 0, 281, 359}, 480, 360));
    Crop right = new Crop(179, 0, 480, 360, 1);
    assertTrue(right.cuts(new int[] {20, 100, 200, 200}, 480, 360));
    assertFalse(right.cuts(new int[] {21, 100, 300, 200}, 480, 360));
    Crop whole = new Crop(0, 0, 480, 360, 0);
    assertFalse(whole.cuts(new int[] {0, 0, 479, 359}, 480, 360));
  }
}
