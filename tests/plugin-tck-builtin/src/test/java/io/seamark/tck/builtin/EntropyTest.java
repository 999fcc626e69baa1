package io.seamark.tck.builtin;

import io.seamark.mining.EntropyProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code entropy}. */
class EntropyTest extends HardExampleMiningContract<EntropyProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, EntropyProvider.Hyperparameters> provider() {
    return new EntropyProvider();
  }
}
