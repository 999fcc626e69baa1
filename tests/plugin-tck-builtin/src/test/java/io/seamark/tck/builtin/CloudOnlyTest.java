package io.seamark.tck.builtin;

import io.seamark.mining.CloudOnlyProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code CloudOnly}. */
class CloudOnlyTest extends HardExampleMiningContract<NoHyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, NoHyperparameters> provider() {
    return new CloudOnlyProvider();
  }
}
