package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;

/**
 * {@code CrossEntropy}: Sedna's rule of that name. Sedna's score is 1 + &Sigma; p ln p / ln n of
 * one vector p of n class probabilities; here it is computed for each pixel's and averaged, from
 * the entropy that the graph has computed already. Hard when the mean is below the threshold.
 *
 * <p>Where Sedna fails (a probability of 0, a single class), a term 0 ln 0 counts as 0 and a single
 * class as certain. Where Sedna calls a probability out of range easy, this throws.
 */
public final class CrossEntropyProvider
    extends MinerProvider<CrossEntropyProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param threshold mean certainty below which a frame is hard, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              name = "threshold_cross_entropy",
              text =
                  "Mean certainty of the pixels, 1 minus their normalised entropy, below which a"
                      + " frame is hard.",
              defaultValue = "0.5",
              min = 0,
              max = 1,
              source = "Sedna, hard_example_mining CrossEntropy")
          double threshold) {}

  /** A provider. */
  public CrossEntropyProvider() {
    super(
        "CrossEntropy",
        Hyperparameters.class,
        "Hard when the pixels' class probabilities are spread widely (Sedna's CrossEntropy, in the"
            + " mean over all pixels).");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction ->
        Numbers.hardBelow(
            "certainty",
            1 - Numbers.mean("entropy", prediction.confidence().entropy()),
            hyperparameters.threshold());
  }
}
