package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoxSuppressionTest {
  /** Left, top, right, bottom and ten times the score, drawn at random. */
  private static final int[][] BOXES = {
    {42, 24, 70, 25, 11}, {56, 8, 56, 18, 0}, {19, 10, 40, 38, 0}, {41, 10, 51, 37, 11},
    {38, 32, 48, 54, 5}, {29, 39, 36, 67, 11}, {26, 17, 39, 28, 8}, {2, 2, 2, 27, 4},
    {26, 5, 46, 28, 8}, {33, 29, 54, 41, 8}, {59, 7, 87, 28, 3}, {33, 59, 40, 83, 4},
    {37, 20, 52, 44, 9}, {21, 14, 47, 28, 10}, {55, 54, 55, 54, 2}, {41, 18, 67, 36, 5},
    {56, 56, 59, 74, 4}, {46, 33, 70, 33, 7}, {21, 53, 48, 58, 9}, {43, 36, 60, 49, 10},
    {16, 16, 32, 24, 1}, {50, 18, 55, 45, 9}, {32, 31, 38, 49, 0}, {30, 48, 46, 74, 7},
    {49, 50, 50, 64, 4}, {36, 26, 56, 48, 10}, {48, 59, 53, 86, 8}, {48, 36, 61, 60, 10},
    {21, 49, 49, 69, 8}, {39, 29, 55, 53, 4}, {9, 33, 32, 60, 1}, {24, 55, 29, 65, 4},
    {10, 48, 18, 54, 0}, {4, 44, 26, 73, 5}, {19, 16, 47, 33, 6}, {39, 50, 39, 67, 7},
    {45, 50, 71, 50, 0}, {18, 2, 29, 19, 7}, {20, 17, 31, 31, 8}, {43, 7, 71, 23, 1}
  };

  private static int[] keep(double threshold) {
    List<int[]> bounds = new ArrayList<>();
    float[] scores = new float[BOXES.length];
    for (int i = 0; i < scores.length; i++) {
      bounds.add(BOXES[i]);
      scores[i] = BOXES[i][4] / 10f;
    }
    return BoxSuppression.keep(bounds, scores, threshold);
  }

  @Test
  void keepsWhatTorchvisionKeeps_inItsOrder() {
    // torchvision 0.29 on the same boxes.
    assertArrayEquals(
        new int[] {0, 3, 5, 19, 6, 26, 17, 35, 37, 33, 7, 11, 16, 24, 31, 10, 14, 1, 32, 36},
        keep(0.1));
    assertArrayEquals(
        new int[] {
          0, 3, 5, 13, 19, 18, 21, 9, 26, 28, 38, 17, 35, 37, 4, 33, 7, 11, 16, 24, 31, 10, 14, 30,
          39, 1, 22, 32, 36
        },
        keep(0.3));
  }

  @Test
  void overlapOfExactlyTheThreshold_stays() {
    // Intersection 5x10, union 150.
    List<int[]> bounds = List.of(new int[] {0, 0, 10, 10}, new int[] {5, 0, 15, 10});
    float third = 50f / 150f;
    assertArrayEquals(new int[] {0, 1}, BoxSuppression.keep(bounds, new float[] {2, 1}, third));
    assertArrayEquals(
        new int[] {1}, BoxSuppression.keep(bounds, new float[] {1, 2}, Math.nextDown(third)));
  }

  @Test
  void boxesWithoutArea_suppressNothing() {
    List<int[]> bounds = List.of(new int[] {3, 3, 3, 3}, new int[] {3, 3, 3, 3});
    assertArrayEquals(new int[] {0, 1}, BoxSuppression.keep(bounds, new float[] {1, 1}, 0));
    assertArrayEquals(new int[0], BoxSuppression.keep(List.of(), new float[0], 0.7));
  }
}
