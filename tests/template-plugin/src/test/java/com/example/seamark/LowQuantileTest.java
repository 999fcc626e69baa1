package com.example.seamark;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

class LowQuantileTest extends HardExampleMiningContract<LowQuantile.Values> {
  @Override
  protected PluginProvider<HardExampleMining, LowQuantile.Values> provider() {
    return new LowQuantile();
  }
}
