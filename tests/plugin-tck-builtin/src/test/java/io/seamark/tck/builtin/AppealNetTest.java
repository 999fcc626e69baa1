package io.seamark.tck.builtin;

import io.seamark.mining.AppealNetProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code appealnet}. */
class AppealNetTest extends HardExampleMiningContract<AppealNetProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, AppealNetProvider.Hyperparameters> provider() {
    return new AppealNetProvider();
  }
}
