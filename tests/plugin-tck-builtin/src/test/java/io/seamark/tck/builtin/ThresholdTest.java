package io.seamark.tck.builtin;

import io.seamark.mining.ThresholdProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code Threshold}. */
class ThresholdTest extends HardExampleMiningContract<ThresholdProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, ThresholdProvider.Hyperparameters> provider() {
    return new ThresholdProvider();
  }
}
