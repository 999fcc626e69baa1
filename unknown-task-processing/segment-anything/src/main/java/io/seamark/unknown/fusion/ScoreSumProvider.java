package io.seamark.unknown.fusion;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Makes {@link ScoreSum}, plugin {@code score_sum}. */
public final class ScoreSumProvider implements PluginProvider<MaskFusion, NoHyperparameters> {
  /** Made by the service loader. */
  public ScoreSumProvider() {}

  @Override
  public PluginKind<MaskFusion> kind() {
    return PluginKind.MASK_FUSION;
  }

  @Override
  public String name() {
    return "score_sum";
  }

  @Override
  public String text() {
    return "Paints masks largest first, each with the class whose logits sum highest inside it (Ianvs, sam_predict).";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public MaskFusion create(NoHyperparameters hyperparameters, PluginContext context) {
    return new ScoreSum();
  }
}
