package io.seamark.unknown.fusion;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Makes {@link MajorityVote}, plugin {@code majority_vote}. */
public final class MajorityVoteProvider implements PluginProvider<MaskFusion, NoHyperparameters> {
  /** Made by the service loader. */
  public MajorityVoteProvider() {}

  @Override
  public PluginKind<MaskFusion> kind() {
    return PluginKind.MASK_FUSION;
  }

  @Override
  public String name() {
    return "majority_vote";
  }

  @Override
  public String text() {
    return "Paints masks largest first, each with the class that most of its pixels have (Ianvs, sam_predict_ssa).";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public MaskFusion create(NoHyperparameters hyperparameters, PluginContext context) {
    return new MajorityVote();
  }
}
