package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import java.util.Arrays;

/**
 * {@code entropy}: 1 minus the mean entropy of the least certain cells' softmax, normalised by the
 * logarithm of the number of classes. Hard when it is below the threshold. With a share of 1 its
 * score is {@code CrossEntropy}'s; a smaller one keeps a large certain area, such as road or sky,
 * from hiding a small uncertain one.
 */
public final class EntropyProvider extends MinerProvider<EntropyProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param threshold certainty below which a frame is hard, 0 to 1
   * @param leastCertain share of the cells, the least certain ones, that are looked at, 0 to 1; at
   *     least one cell is
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Mean certainty of the cells looked at below which a frame is hard.",
              defaultValue = "0.7",
              min = 0,
              max = 1,
              source = "entropy, a baseline of AppealNet (arXiv 2105.04104)")
          double threshold,
      @Hyperparameter(
              text = "Share of the pixels that are looked at, the least certain ones; 1 is all.",
              defaultValue = "0.25",
              min = 0,
              max = 1)
          double leastCertain) {}

  /** A provider. */
  public EntropyProvider() {
    super(
        "entropy",
        Hyperparameters.class,
        "Hard when the class probabilities of the least certain pixels are spread widely.");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction ->
        Numbers.hardBelow(
            "certainty",
            1 - highest(prediction.confidence().entropy(), hyperparameters.leastCertain()),
            hyperparameters.threshold());
  }

  private static double highest(float[] entropy, double share) {
    int count = Math.max(1, (int) Math.round(share * entropy.length));
    if (count == entropy.length) {
      return Numbers.mean("entropy", entropy);
    }
    float[] sorted = entropy.clone();
    Arrays.sort(sorted);
    // What is not a number is sorted last, so it is among those looked at.
    return Numbers.mean(
        "entropy", Arrays.copyOfRange(sorted, sorted.length - count, sorted.length));
  }
}
