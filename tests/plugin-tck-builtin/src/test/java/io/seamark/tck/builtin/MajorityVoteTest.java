package io.seamark.tck.builtin;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.tck.MaskFusionContract;
import io.seamark.unknown.fusion.MajorityVoteProvider;

/** {@code majority_vote}. */
class MajorityVoteTest extends MaskFusionContract<NoHyperparameters> {
  @Override
  protected PluginProvider<MaskFusion, NoHyperparameters> provider() {
    return new MajorityVoteProvider();
  }
}
