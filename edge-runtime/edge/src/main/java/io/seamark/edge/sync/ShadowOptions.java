package io.seamark.edge.sync;

/**
 * How long a new model runs beside the serving one, and what it must not fall short of.
 *
 * @param frames that both label before the new one is taken; 0 takes it at once
 * @param minAgreement least share of the pixels, 0 to 1, on which both must agree. It tells a
 *     broken model from a working one, not a better one from a worse: a model that has learnt a new
 *     look may rightly disagree on much.
 */
public record ShadowOptions(int frames, double minAgreement) {
  /** No comparison. */
  public static final ShadowOptions NONE = new ShadowOptions(0, 0);

  /** Checks the ranges. */
  public ShadowOptions {
    if (frames < 0) {
      throw new IllegalArgumentException("shadow frames is " + frames + ", but must be at least 0");
    }
    if (!(minAgreement >= 0 && minAgreement <= 1)) {
      throw new IllegalArgumentException(
          "least agreement is " + minAgreement + ", but must be 0 to 1");
    }
  }
}
