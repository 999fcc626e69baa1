package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;

/**
 * {@code Threshold}: Sedna's rule of that name. Sedna takes the mean of the boxes' scores {@code
 * box[4]} of an object detector; here a pixel stands for a box and its highest softmax probability
 * for the box's score. Hard when the mean is below the threshold. Where Sedna calls an input
 * without boxes or with invalid ones easy, this throws.
 */
public final class ThresholdProvider extends MinerProvider<ThresholdProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param threshold mean highest probability below which a frame is hard, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Mean probability of the pixels' best classes below which a frame is hard.",
              defaultValue = "0.5",
              min = 0,
              max = 1,
              source = "Sedna, hard_example_mining Threshold")
          double threshold) {}

  /** A provider. */
  public ThresholdProvider() {
    super(
        "Threshold",
        Hyperparameters.class,
        "Hard when the mean probability of the pixels' best classes is low (Sedna's Threshold).");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction ->
        Numbers.hardBelow(
            "mean probability",
            Numbers.mean("probability", prediction.confidence().top()),
            hyperparameters.threshold());
  }
}
