package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;

/**
 * {@code CloudOnly}: Sedna's rule of that name. Every frame is hard, with score 0 below threshold
 * 1.
 */
public final class CloudOnlyProvider extends MinerProvider<NoHyperparameters> {
  /** A provider. */
  public CloudOnlyProvider() {
    super("CloudOnly", NoHyperparameters.class, "Every frame is hard (Sedna's CloudOnly).");
  }

  @Override
  public HardExampleMining create(NoHyperparameters hyperparameters, PluginContext context) {
    return prediction -> {
      Numbers.check(prediction.confidence());
      return new MiningDecision.Hard(0, 1, "every frame is hard");
    };
  }
}
