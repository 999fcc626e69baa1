package io.seamark.tck.builtin;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.MaskFusionContract;
import io.seamark.unknown.fusion.QualitySumProvider;

/** {@code quality_sum}. */
class QualitySumTest extends MaskFusionContract<QualitySumProvider.Hyperparameters> {
  @Override
  protected PluginProvider<MaskFusion, QualitySumProvider.Hyperparameters> provider() {
    return new QualitySumProvider();
  }
}
