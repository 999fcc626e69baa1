package io.seamark.tck.builtin;

import io.seamark.mining.ConfidenceShareProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code confidence_share}. */
class ConfidenceShareTest
    extends HardExampleMiningContract<ConfidenceShareProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, ConfidenceShareProvider.Hyperparameters> provider() {
    return new ConfidenceShareProvider();
  }
}
