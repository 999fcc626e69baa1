package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HoldoutTest {
  @Test
  void holdsExactlyOneOfEachBlock() {
    for (int every : new int[] {2, 3, 5, 17}) {
      Holdout holdout = new Holdout(every);
      for (long block = 0; block < 200; block++) {
        long from = block * every;
        assertEquals(1, LongStream.range(from, from + every).filter(holdout::holds).count());
      }
    }
  }

  /** A change of the rule would let frames that models were judged on into their training. */
  @Test
  void neverChanges() {
    Holdout holdout = new Holdout(5);
    assertEquals(
        List.of(0L, 5L, 10L, 18L, 23L, 28L, 32L, 37L),
        LongStream.range(0, 40).filter(holdout::holds).boxed().toList());
  }

  @Test
  void fallsInStepWithNoRhythm() {
    Holdout holdout = new Holdout(5);
    int[] places = new int[5];
    LongStream.range(0, 5000).filter(holdout::holds).forEach(s -> places[(int) (s % 5)]++);
    for (int n : places) {
      assertTrue(n > 140 && n < 260, "place held " + n + " of 1000 times");
    }
  }

  @Test
  void refusesToHoldEverything() {
    assertEquals(
        "seamark.training.holdout is 1, but must be at least 2",
        assertThrows(IllegalArgumentException.class, () -> new Holdout(1)).getMessage());
  }
}
