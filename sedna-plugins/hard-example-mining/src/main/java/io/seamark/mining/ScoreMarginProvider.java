package io.seamark.mining;

import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginContext;

/**
 * {@code score_margin}: the mean over all cells of the highest softmax probability minus the second
 * highest. Hard when the mean is below the threshold.
 */
public final class ScoreMarginProvider extends MinerProvider<ScoreMarginProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param threshold mean margin below which a frame is hard, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Mean margin below which a frame is hard: 0 calls every frame easy, 1 calls every"
                      + " frame hard that has any doubt. A model is often near 0.9 on the"
                      + " world it was trained on.",
              defaultValue = "0.87",
              min = 0,
              max = 1,
              source = "score margin, a baseline of AppealNet (arXiv 2105.04104)")
          double threshold) {}

  /** A provider. */
  public ScoreMarginProvider() {
    super(
        "score_margin",
        Hyperparameters.class,
        "Hard when the two highest class probabilities of a pixel are close, in the mean over"
            + " all pixels.");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction -> mine(prediction, hyperparameters.threshold());
  }

  private static MiningDecision mine(Prediction prediction, double threshold) {
    PixelConfidence confidence = prediction.confidence();
    float[] top = confidence.top();
    float[] second = confidence.second();
    double sum = 0;
    for (int i = 0; i < top.length; i++) {
      sum += top[i] - second[i];
    }
    double score = Numbers.checked("margin", sum / top.length);
    return Numbers.hardBelow("margin", score, threshold);
  }
}
