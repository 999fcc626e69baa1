package io.seamark.metric;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.Metric;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** {@code pixel_accuracy}: see {@link ConfusionMatrix#pixelAccuracy}. */
public final class PixelAccuracyProvider implements PluginProvider<Metric, NoHyperparameters> {
  @Override
  public PluginKind<Metric> kind() {
    return PluginKind.METRIC;
  }

  @Override
  public String name() {
    return "pixel_accuracy";
  }

  @Override
  public String text() {
    return "Share of labelled pixels that were answered right.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public Metric create(NoHyperparameters hyperparameters, PluginContext context) {
    return ConfusionMatrix::pixelAccuracy;
  }
}
