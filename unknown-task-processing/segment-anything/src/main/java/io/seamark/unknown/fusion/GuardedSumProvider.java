package io.seamark.unknown.fusion;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Makes {@link GuardedSum}, plugin {@code guarded_sum}. */
public final class GuardedSumProvider
    implements PluginProvider<MaskFusion, GuardedSumProvider.Hyperparameters> {
  /** Made by the service loader. */
  public GuardedSumProvider() {}

  /**
   * What can be set.
   *
   * @param agreement smallest mean probability of a mask's class inside it, 0 to 1
   * @param sure probability from which a pixel keeps its own class, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Smallest mean probability that a mask's class must have inside it; other masks"
                      + " are left out.",
              defaultValue = "0.6",
              min = 0,
              max = 1)
          double agreement,
      @Hyperparameter(
              text =
                  "A pixel keeps its own class from this probability on, whatever mask covers it.",
              defaultValue = "0.6",
              min = 0,
              max = 1)
          double sure) {}

  @Override
  public PluginKind<MaskFusion> kind() {
    return PluginKind.MASK_FUSION;
  }

  @Override
  public String name() {
    return "guarded_sum";
  }

  @Override
  public String text() {
    return "Score sum that leaves out masks the scores disagree with and keeps pixels the edge model"
        + " is sure of.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public MaskFusion create(Hyperparameters hyperparameters, PluginContext context) {
    return new GuardedSum(hyperparameters.agreement(), hyperparameters.sure());
  }
}
