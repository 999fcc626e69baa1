package io.seamark.perception;

import org.jspecify.annotations.Nullable;

/**
 * What the edge model says of a frame.
 *
 * @param classMap the answer, at the frame's size
 * @param scores the logits behind it, at the network's own output resolution
 * @param confidence what miners read, at the resolution of {@code scores}
 * @param appealNet q(z=1|x) of AppealNet's predictor head (arXiv 2105.04104): how far the answer
 *     can be trusted, 0 to 1; null from a model without that head
 */
public record Prediction(
    ClassMap classMap, ClassScores scores, PixelConfidence confidence, @Nullable Double appealNet) {
  /** Checks that scores and confidence have one size. */
  public Prediction {
    if (scores.width() != confidence.width() || scores.height() != confidence.height()) {
      throw new IllegalArgumentException(
          String.format(
              "scores are %dx%d and confidence is %dx%d, but they must have one size",
              scores.width(), scores.height(), confidence.width(), confidence.height()));
    }
  }

  /**
   * A prediction of a model without AppealNet's head.
   *
   * @param classMap as above
   * @param scores as above
   * @param confidence as above
   */
  public Prediction(ClassMap classMap, ClassScores scores, PixelConfidence confidence) {
    this(classMap, scores, confidence, null);
  }
}
