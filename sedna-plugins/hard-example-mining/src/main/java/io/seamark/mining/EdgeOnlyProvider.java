package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;

/**
 * {@code EdgeOnly}: Sedna's rule of that name. Every frame is easy, with score 1 above threshold 0.
 * A prediction that cannot be judged throws, where Sedna calls it easy too.
 */
public final class EdgeOnlyProvider extends MinerProvider<NoHyperparameters> {
  /** A provider. */
  public EdgeOnlyProvider() {
    super("EdgeOnly", NoHyperparameters.class, "Every frame is easy (Sedna's EdgeOnly).");
  }

  @Override
  public HardExampleMining create(NoHyperparameters hyperparameters, PluginContext context) {
    return prediction -> {
      Numbers.check(prediction.confidence());
      return new MiningDecision.Easy(1, 0, "every frame is easy");
    };
  }
}
