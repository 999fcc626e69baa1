package io.seamark.plugin;

import io.seamark.perception.ConfusionMatrix;

/**
 * A figure computed from answers and labels. Those that configuration names get a column in the
 * rank files of {@code bench} and a line in the report and summary of {@code run}.
 */
public interface Metric {
  /**
   * Computes the figure.
   *
   * @param counts pixels by true and predicted class
   * @return NaN where nothing was counted
   */
  double compute(ConfusionMatrix counts);
}
