package io.seamark.unknown.fusion;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Makes {@link QualitySum}, plugin {@code quality_sum}. */
public final class QualitySumProvider
    implements PluginProvider<MaskFusion, QualitySumProvider.Hyperparameters> {
  /** Made by the service loader. */
  public QualitySumProvider() {}

  /**
   * What can be set.
   *
   * @param thin thickness in pixels below which a mask of no quality swallows no structure
   * @param doubt power of a mask's quality that makes its trust
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Structures of another class inside a mask stay undecided up to this thickness"
                      + " times one less the mask's trust; 0 lets masks swallow poles and signs.",
              defaultValue = "5",
              min = 0,
              max = 1000,
              unit = "pixels")
          double thin,
      @Hyperparameter(
              text =
                  "A mask's trust is its predicted IoU times its stability to this power: 1 where"
                      + " the segmenter judges its masks well, more where it flatters them, less"
                      + " where the edge model is too sure of a world it does not know, 0 for"
                      + " score_sum.",
              defaultValue = "0.5",
              min = 0,
              max = 100)
          double doubt) {}

  @Override
  public PluginKind<MaskFusion> kind() {
    return PluginKind.MASK_FUSION;
  }

  @Override
  public String name() {
    return "quality_sum";
  }

  @Override
  public String text() {
    return "Score sum where a pixel keeps its class if the edge model is surer of it than the"
        + " segmenter of the mask; thin structures that mask and scores dispute stay undecided.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public MaskFusion create(Hyperparameters hyperparameters, PluginContext context) {
    return new QualitySum(hyperparameters.thin(), hyperparameters.doubt());
  }
}
