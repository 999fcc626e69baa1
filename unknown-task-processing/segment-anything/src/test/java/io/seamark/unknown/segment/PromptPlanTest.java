package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptPlanTest {
  private static PromptPlan plan(int perSide, int limit) {
    double[] even = new double[perSide * perSide];
    Arrays.fill(even, 1);
    return new PromptPlan(perSide, limit, even);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 256, 1", "3, 4, 4", "12, 256, 144", "32, 256, 256", "32, 5, 5"})
  void everyPointOnce_andNoMoreThanTheLimit(int perSide, int limit, int expected) {
    PromptPlan plan = plan(perSide, limit);
    int[] found = new int[perSide * perSide];
    Set<Integer> points = new HashSet<>();
    int prompts = 0;
    for (int[] next = plan.next(7, found); next.length > 0; next = plan.next(7, found)) {
      assertTrue(next.length <= 7);
      prompts += next.length;
      for (int point : next) {
        assertTrue(point >= 0 && point < perSide * perSide);
        points.add(point);
      }
    }
    assertEquals(expected, prompts);
    assertEquals(expected, points.size());
    assertEquals(0, plan.next(7, found).length);
  }

  @Test
  void beginsWithACoarseGrid() {
    int[] first = plan(32, 256).next(64, new int[32 * 32]);
    int[] expected = new int[64];
    for (int i = 0; i < 64; i++) {
      expected[i] = (2 + 4 * (i / 8)) * 32 + 2 + 4 * (i % 8);
    }
    assertArrayEquals(expected, first);
  }

  @Test
  void masksKeepPromptsAway() {
    int[] found = new int[32 * 32];
    for (int i = 0; i < found.length; i++) {
      found[i] = i % 32 < 16 ? 1 : 0;
    }
    PromptPlan plan = plan(32, 256);
    plan.next(64, found);
    // 448 points of the right half are open, more than are left to prompt.
    int[] rest = plan.next(192, found);
    long left = Arrays.stream(rest).filter(i -> i % 32 < 16).count();
    assertTrue(left < 40, left + " of 192 prompts went into the mask");
    Arrays.fill(found, 0);
    plan = plan(32, 256);
    plan.next(64, found);
    long even = Arrays.stream(plan.next(192, found)).filter(i -> i % 32 < 16).count();
    assertTrue(even > 80 && even < 112, even + " of 192 prompts went left without masks");
  }

  @Test
  void weightsDrawPrompts() {
    double[] weight = new double[32 * 32];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = i % 32 < 16 ? 1 : 2;
    }
    int[] none = new int[32 * 32];
    PromptPlan plan = new PromptPlan(32, 160, weight);
    plan.next(64, none);
    long right = Arrays.stream(plan.next(96, none)).filter(i -> i % 32 >= 16).count();
    assertTrue(right > 70, right + " of 96 prompts went where points count twice as far");
  }
}
