package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PaceTest {
  private long seconds = 7;
  private final Pace pace = new Pace(() -> seconds * 1_000_000_000);

  @Test
  @DisplayName("steps of this process are counted, and what is left follows from them")
  void ofThisProcess() {
    assertEquals(0, pace.stepsPerSecond());
    // A round that went on after 50 steps.
    pace.step(51, 101);
    assertEquals(0, pace.stepsPerSecond());
    assertTrue(Double.isNaN(pace.secondsLeft()));
    seconds += 20;
    pace.step(61, 101);
    assertEquals(0.5, pace.stepsPerSecond());
    assertEquals(80, pace.secondsLeft());
    pace.step(1, 101);
    assertEquals(0, pace.stepsPerSecond(), "another training");
  }
}
