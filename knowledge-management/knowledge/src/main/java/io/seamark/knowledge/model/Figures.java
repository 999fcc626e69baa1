package io.seamark.knowledge.model;

import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as it is written down: JSON has no NaN, so a figure that does not exist is null.
 *
 * @param newFrames held-out frames of the changed world
 * @param newAgreement mean IoU with the judged models' consensus on them, 0 to 1, or null
 * @param retainedFrames held-out labelled frames of the first world
 * @param retainedMeanIou mean IoU with their labels, 0 to 1, or null
 */
public record Figures(
    int newFrames,
    @Nullable Double newAgreement,
    int retainedFrames,
    @Nullable Double retainedMeanIou) {
  /**
   * Writes down an evaluation.
   *
   * @param evaluation figures, NaN where there are none
   * @return the same with null for NaN
   */
  public static Figures of(Evaluation evaluation) {
    return new Figures(
        evaluation.newFrames(),
        orNull(evaluation.newAgreement()),
        evaluation.retainedFrames(),
        orNull(evaluation.retainedMeanIou()));
  }

  private static @Nullable Double orNull(double figure) {
    return Double.isFinite(figure) ? figure : null;
  }
}
