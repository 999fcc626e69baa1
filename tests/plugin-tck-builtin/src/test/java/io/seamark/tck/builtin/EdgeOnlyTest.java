package io.seamark.tck.builtin;

import io.seamark.mining.EdgeOnlyProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code EdgeOnly}. */
class EdgeOnlyTest extends HardExampleMiningContract<NoHyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, NoHyperparameters> provider() {
    return new EdgeOnlyProvider();
  }
}
