package io.seamark.tck.builtin;

import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.task.DefaultInferenceIntegrateProvider;
import io.seamark.tck.InferenceIntegrateContract;

/** {@code DefaultInferenceIntegrate}. */
class DefaultInferenceIntegrateTest extends InferenceIntegrateContract<NoHyperparameters> {
  @Override
  protected PluginProvider<InferenceIntegrate, NoHyperparameters> provider() {
    return new DefaultInferenceIntegrateProvider();
  }
}
