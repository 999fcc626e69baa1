package io.seamark.tck.builtin;

import io.seamark.mining.ImageBoxThresholdsProvider;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.HardExampleMiningContract;

/** {@code IBT}. */
class ImageBoxThresholdsTest
    extends HardExampleMiningContract<ImageBoxThresholdsProvider.Hyperparameters> {
  @Override
  protected PluginProvider<HardExampleMining, ImageBoxThresholdsProvider.Hyperparameters>
      provider() {
    return new ImageBoxThresholdsProvider();
  }
}
