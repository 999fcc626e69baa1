package io.seamark.tck.builtin;

import io.seamark.mining.CrossEntropyProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code CrossEntropy}. */
class CrossEntropyTest extends HardExampleMiningContract<CrossEntropyProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, CrossEntropyProvider.Hyperparameters> provider() {
    return new CrossEntropyProvider();
  }
}
