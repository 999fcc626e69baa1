package io.seamark.tck.builtin;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.MaskFusionContract;
import io.seamark.unknown.fusion.GuardedSumProvider;

/** {@code guarded_sum}. */
class GuardedSumTest extends MaskFusionContract<GuardedSumProvider.Hyperparameters> {
  @Override
  protected PluginProvider<MaskFusion, GuardedSumProvider.Hyperparameters> provider() {
    return new GuardedSumProvider();
  }
}
