package io.seamark.sedna.job;

import java.util.Collection;

/**
 * Which tasks an evaluation drops, as Sedna's does (kubeedge/sedna, {@code
 * lib/sedna/core/lifelong_learning}): those of which any score satisfies {@code score operator
 * threshold}. An operator that is none of five means {@code <}.
 *
 * @param operator as it was told
 * @param threshold compared with
 */
record ScoreFilter(String operator, double threshold) {
  /**
   * Whether a task is dropped.
   *
   * @param scores of the task
   * @return true if any of them satisfies the comparison
   */
  boolean drops(Collection<Double> scores) {
    return scores.stream().anyMatch(this::satisfies);
  }

  private boolean satisfies(double score) {
    return switch (operator) {
      case ">" -> score > threshold;
      case "=" -> score == threshold;
      case ">=" -> score >= threshold;
      case "<=" -> score <= threshold;
      default -> score < threshold;
    };
  }

  /** Whether the better a task is, the surer it is dropped. */
  boolean dropsTheGood() {
    return operator.equals(">") || operator.equals(">=");
  }

  @Override
  public String toString() {
    return "score " + operator + " " + threshold;
  }
}
