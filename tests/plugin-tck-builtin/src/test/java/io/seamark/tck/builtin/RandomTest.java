package io.seamark.tck.builtin;

import io.seamark.mining.RandomProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code Random}. */
class RandomTest extends HardExampleMiningContract<RandomProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, RandomProvider.Hyperparameters> provider() {
    return new RandomProvider();
  }

  @Override
  protected boolean drawsAtRandom() {
    return true;
  }
}
