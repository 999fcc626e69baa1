package io.seamark.plugin;

import io.seamark.perception.ConfusionMatrix;

/** A figure computed from answers and labels. */
public interface Metric {
  /**
   * Computes the figure.
   *
   * @param counts pixels by true and predicted class
   * @return NaN where nothing was counted
   */
  double compute(ConfusionMatrix counts);
}
