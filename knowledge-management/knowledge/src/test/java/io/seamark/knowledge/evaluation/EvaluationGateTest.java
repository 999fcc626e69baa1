package io.seamark.knowledge.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.Rejected;
import io.seamark.plugin.TaskUpdateDecision.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationGateTest {
  private static final EvaluationGate GATE = new EvaluationGate(0.005, 0.03, 3);

  private static Verdict decide(
      int frames, double serving, double candidate, int kept, double old, double now) {
    return GATE.decide(
        new Evaluation(frames, serving, kept, old), new Evaluation(frames, candidate, kept, now));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0.100, 0.105, 4, 0.70, 0.67, true",
    "3, 0.100, 0.1049, 4, 0.70, 0.70, false",
    "3, 0.100, 0.200, 4, 0.70, 0.6699, false",
    "3, 0.100, 0.200, 4, 0.70, 0.90, true",
    "2, 0.100, 0.900, 4, 0.70, 0.70, false",
    "0, NaN, NaN, 4, 0.70, 0.70, false",
    "3, NaN, 0.500, 4, 0.70, 0.70, false",
    "3, 0.100, NaN, 4, 0.70, 0.70, false",
    "3, 0.100, 0.200, 0, NaN, NaN, true",
    "3, 0.100, 0.200, 4, NaN, NaN, false",
    "3, 0.100, 0.200, 4, 0.70, NaN, false",
  })
  void boundaries(
      int frames,
      double serving,
      double candidate,
      int kept,
      double old,
      double now,
      boolean accepted) {
    Verdict verdict = decide(frames, serving, candidate, kept, old, now);
    assertEquals(accepted, verdict instanceof Accepted, verdict.reason());
  }

  @Test
  void reasonsCarryTheFigures() {
    assertEquals(
        "new frames 0.4000 -> 0.4500 (+0.0500, needs +0.0050, 6 frames);"
            + " retained frames 0.7000 -> 0.6900 (-0.0100, may lose 0.0300, 4 frames)",
        decide(6, 0.4, 0.45, 4, 0.7, 0.69).reason());
    assertEquals(
        "2 held-out new frames, at least 3 are needed to judge",
        assertInstanceOf(Rejected.class, decide(2, 0.4, 0.5, 4, 0.7, 0.7)).reason());
    assertEquals(
        "new frames 0.4000 -> 0.4500 (+0.0500, needs +0.0050, 6 frames);"
            + " no retained frames to judge on",
        decide(6, 0.4, 0.45, 0, Double.NaN, Double.NaN).reason());
  }

  @Test
  void refusesFiguresOfDifferentFrames() {
    assertThrows(
        IllegalArgumentException.class,
        () -> GATE.decide(new Evaluation(3, 0.1, 4, 0.7), new Evaluation(4, 0.2, 4, 0.7)));
  }
}
