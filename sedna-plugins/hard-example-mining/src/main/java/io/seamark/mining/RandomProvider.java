package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import java.util.Random;

/**
 * {@code Random}: Sedna's rule of that name, the baseline that every miner must beat. The score is
 * uniform in [0, 1), the n-th call's the n-th number of the context's seed; a frame is hard when it
 * is below the ratio. A prediction that cannot be judged throws all the same, and uses up no
 * number.
 */
public final class RandomProvider extends MinerProvider<RandomProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param ratio share of frames that are hard, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              name = "random_ratio",
              text = "Share of frames that are called hard.",
              defaultValue = "0.3",
              min = 0,
              max = 1,
              source = "Sedna, hard_example_mining Random")
          double ratio) {}

  /** A provider. */
  public RandomProvider() {
    super(
        "Random",
        Hyperparameters.class,
        "Hard by chance, whatever the prediction (Sedna's Random): a baseline.");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    Random random = new Random(context.seed());
    return prediction -> {
      Numbers.check(prediction.confidence());
      double score;
      // A double is made of two draws, which another thread must not come between.
      synchronized (random) {
        score = random.nextDouble();
      }
      return Numbers.hardBelow("chance", score, hyperparameters.ratio());
    };
  }
}
