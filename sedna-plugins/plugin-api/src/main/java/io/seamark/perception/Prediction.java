package io.seamark.perception;

/**
 * What the edge model says of a frame.
 *
 * @param classMap the answer, at the frame's size
 * @param scores the logits behind it, at the network's own output resolution
 * @param confidence what miners read, at the resolution of {@code scores}
 */
public record Prediction(ClassMap classMap, ClassScores scores, PixelConfidence confidence) {
  /** Checks that scores and confidence have one size. */
  public Prediction {
    if (scores.width() != confidence.width() || scores.height() != confidence.height()) {
      throw new IllegalArgumentException(
          String.format(
              "scores are %dx%d and confidence is %dx%d, but they must have one size",
              scores.width(), scores.height(), confidence.width(), confidence.height()));
    }
  }
}
