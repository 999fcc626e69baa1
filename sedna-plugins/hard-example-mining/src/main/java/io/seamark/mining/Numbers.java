package io.seamark.mining;

import io.seamark.perception.PixelConfidence;
import io.seamark.plugin.MiningDecision;
import java.util.Locale;

/** The checks that keep what cannot be judged from being called easy, and the commonest rule. */
final class Numbers {
  // Softmax and entropy are float32 sums: an honest value may miss its range by a rounding.
  private static final double ROUNDING = 1e-3;

  private Numbers() {}

  static double checked(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "the prediction cannot be judged: its " + what + " is " + value);
    }
    return value;
  }

  /** Checks a value that is to be from 0 to 1. */
  static double share(String what, double value) {
    if (!(checked(what, value) >= -ROUNDING && value <= 1 + ROUNDING)) {
      throw new IllegalArgumentException(
          "the prediction cannot be judged: its " + what + " is " + value + ", not from 0 to 1");
    }
    return value;
  }

  /** For miners that look at nothing: checks what others would look at. */
  static void check(PixelConfidence confidence) {
    mean("probability", confidence.top());
    mean("probability", confidence.second());
    mean("entropy", confidence.entropy());
  }

  /** The mean of values that are each to be from 0 to 1. */
  static double mean(String what, float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += share(what, value);
    }
    return sum / values.length;
  }

  /** Hard below the threshold. */
  static MiningDecision hardBelow(String what, double score, double threshold) {
    return score < threshold
        ? new MiningDecision.Hard(score, threshold, reason(what, score, "<", threshold))
        : new MiningDecision.Easy(score, threshold, reason(what, score, ">=", threshold));
  }

  static String reason(String what, double score, String relation, double threshold) {
    return String.format(Locale.ROOT, "%s %.3f %s %.3f", what, score, relation, threshold);
  }
}
