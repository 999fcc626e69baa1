package io.seamark.metric;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.Metric;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** {@code mean_iou}: see {@link ConfusionMatrix#meanIou}. */
public final class MeanIouProvider implements PluginProvider<Metric, NoHyperparameters> {
  @Override
  public PluginKind<Metric> kind() {
    return PluginKind.METRIC;
  }

  @Override
  public String name() {
    return "mean_iou";
  }

  @Override
  public String text() {
    return "Mean intersection over union of the classes that occur in label or answer (Ianvs's"
        + " accuracy).";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public Metric create(NoHyperparameters hyperparameters, PluginContext context) {
    return ConfusionMatrix::meanIou;
  }
}
