package io.seamark.tck.builtin;

import io.seamark.metric.MeanIouProvider;
import io.seamark.plugin.Metric;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.MetricContract;

/** {@code mean_iou}. */
class MeanIouTest extends MetricContract<NoHyperparameters> {
  @Override
  protected PluginProvider<Metric, NoHyperparameters> provider() {
    return new MeanIouProvider();
  }
}
