package io.seamark.tck.builtin;

import io.seamark.metric.PixelAccuracyProvider;
import io.seamark.plugin.Metric;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.MetricContract;

/** {@code pixel_accuracy}. */
class PixelAccuracyTest extends MetricContract<NoHyperparameters> {
  @Override
  protected PluginProvider<Metric, NoHyperparameters> provider() {
    return new PixelAccuracyProvider();
  }
}
