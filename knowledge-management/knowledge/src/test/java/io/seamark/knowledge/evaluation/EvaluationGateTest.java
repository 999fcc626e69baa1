package io.seamark.knowledge.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Comparison;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.FrameCounts;
import io.seamark.plugin.TaskUpdateDecision.Rejected;
import io.seamark.plugin.TaskUpdateDecision.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationGateTest {
  private static final EvaluationGate GATE =
      new EvaluationGate(new EvaluationGateProvider.Parameters(0.005, 0.02, 0.9, 0.03, 0.05, 3, 3));

  private static final int FRAMES = 8;

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
    "3, 0.100, 0.120, 0, NaN, NaN, true",
    "3, 0.100, 0.1199, 0, NaN, NaN, false",
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
        "new frames 0.4000 -> 0.4500 (+0.0500, needs +0.0200, 6 frames);"
            + " no retained frames to judge on",
        decide(6, 0.4, 0.45, 0, Double.NaN, Double.NaN).reason());
  }

  @Test
  void refusesFiguresOfDifferentFrames() {
    assertThrows(
        IllegalArgumentException.class,
        () -> GATE.decide(new Evaluation(3, 0.1, 4, 0.7), new Evaluation(4, 0.2, 4, 0.7)));
  }

  /** Frames of a large class, 900 pixels, and a small one, 100, with so many answered right. */
  private static List<FrameCounts> frames(int... rightOfSmall) {
    List<FrameCounts> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      long right = rightOfSmall[i % rightOfSmall.length];
      frames.add(
          new FrameCounts(
              List.of(900L, 100L), List.of(1000L - right, right), List.of(900L, right)));
    }
    return frames;
  }

  private static Evaluation evaluation(List<FrameCounts> fresh, List<FrameCounts> retained) {
    return Evaluation.of(fresh, retained);
  }

  @Test
  void aClassThatTheOthersOutweighIsNotLost() {
    Evaluation serving = evaluation(frames(50), frames(50));
    Evaluation candidate = evaluation(frames(80), frames(44));
    Verdict verdict = GATE.decide(serving, candidate);
    assertInstanceOf(Rejected.class, verdict, verdict.reason());
    assertTrue(
        verdict.reason().contains("retained class 1 0.5000 -> 0.4400 (-0.0600, may lose 0.0500)"),
        verdict.reason());
    verdict = GATE.decide(serving, evaluation(frames(80), frames(46)));
    assertInstanceOf(Accepted.class, verdict, verdict.reason());
  }

  @Test
  void aClassOfTooFewFramesIsNotHeldAgainstAModel() {
    List<FrameCounts> before = new ArrayList<>(frames(50));
    List<FrameCounts> now = new ArrayList<>(frames(50));
    FrameCounts rare = new FrameCounts(List.of(900L, 0L), List.of(900L, 0L), List.of(900L, 0L));
    for (int i = 2; i < FRAMES; i++) {
      before.set(i, rare);
      now.set(i, rare);
    }
    now.set(0, frames(0).get(0));
    Verdict verdict = GATE.decide(evaluation(frames(50), before), evaluation(frames(80), now));
    assertFalse(verdict.reason().contains("class 1"), verdict.reason());
  }

  @Test
  void aLossIsNotTakenInSlices() {
    Evaluation first = evaluation(List.of(), frames(60));
    Evaluation serving = evaluation(frames(50), frames(57));
    Evaluation candidate = evaluation(frames(80), frames(53));
    Verdict alone = GATE.decide(serving, candidate);
    assertInstanceOf(Accepted.class, alone, alone.reason());
    Verdict since = GATE.decide(new Comparison(Optional.of(first), serving, candidate));
    assertInstanceOf(Rejected.class, since, since.reason());
    assertTrue(since.reason().contains("class since the first model 1"), since.reason());
  }

  @Test
  void aGainOfAFewFramesIsChance() {
    Evaluation serving = evaluation(frames(50), frames(50));
    Verdict steady = GATE.decide(serving, evaluation(frames(55), frames(50)));
    assertInstanceOf(Accepted.class, steady, steady.reason());
    // The same gain in all, made by one frame while the others lose.
    Evaluation lucky = evaluation(frames(100, 48, 49, 48, 49, 48, 49, 48), frames(50));
    Verdict verdict = GATE.decide(serving, lucky);
    assertTrue(lucky.newAgreement() > serving.newAgreement() + 0.005);
    assertInstanceOf(Rejected.class, verdict, verdict.reason());
    assertTrue(verdict.reason().contains("at 90 %"), verdict.reason());
  }

  @Test
  void withoutLabelsNoClassMayFallBehindOnNewFrames() {
    Evaluation serving =
        evaluation(
            Collections.nCopies(
                FRAMES,
                new FrameCounts(
                    List.of(500L, 400L, 100L), List.of(400L, 550L, 50L), List.of(300L, 300L, 50L))),
            List.of());
    Evaluation candidate =
        evaluation(
            Collections.nCopies(
                FRAMES,
                new FrameCounts(
                    List.of(500L, 400L, 100L), List.of(500L, 460L, 40L), List.of(480L, 380L, 40L))),
            List.of());
    Verdict verdict = GATE.decide(serving, candidate);
    assertTrue(candidate.newAgreement() > serving.newAgreement() + 0.02);
    assertInstanceOf(Rejected.class, verdict, verdict.reason());
    assertTrue(verdict.reason().contains("class on new frames 2"), verdict.reason());
  }
}
