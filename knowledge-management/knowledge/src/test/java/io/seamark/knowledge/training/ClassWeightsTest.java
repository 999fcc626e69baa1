package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassWeightsTest {
  @Test
  void weightsAreEnetsFormulaOfTheMeanShare() {
    // Shares 1/4 and 3/4, and with the rehearsed ones 5/8 and 3/8.
    assertWeights(List.of(1 / Math.log(1.27), 1 / Math.log(1.77)), new long[2]);
    assertWeights(List.of(1 / Math.log(1.645), 1 / Math.log(1.395)), new long[] {7, 0});
    assertEquals(50.498, ClassWeights.of(new long[1], new long[1]).get(0), 1e-3);
  }

  private static void assertWeights(List<Double> expected, long[] rehearsed) {
    List<Double> weights = ClassWeights.of(new long[] {10, 30}, rehearsed);
    for (int c = 0; c < 2; c++) {
      assertEquals(expected.get(c), weights.get(c), 1e-12);
    }
  }

  @Test
  void onlyClassesAreCounted() {
    long[] pixels = {1, 0};
    ClassWeights.count(new ClassMap(4, 1, new byte[] {0, 1, 2, (byte) ClassMap.IGNORE}), pixels);
    assertArrayEquals(new long[] {2, 1}, pixels);
  }
}
