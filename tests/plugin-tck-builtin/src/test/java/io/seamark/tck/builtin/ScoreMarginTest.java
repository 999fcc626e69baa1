package io.seamark.tck.builtin;

import io.seamark.mining.ScoreMarginProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code score_margin}. */
class ScoreMarginTest extends HardExampleMiningContract<ScoreMarginProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, ScoreMarginProvider.Hyperparameters> provider() {
    return new ScoreMarginProvider();
  }
}
