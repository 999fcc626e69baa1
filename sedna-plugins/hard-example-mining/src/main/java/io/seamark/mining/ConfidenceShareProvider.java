package io.seamark.mining;

import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginContext;

/**
 * {@code confidence_share}: the rule of Ianvs's {@code HardSampleMining}. The score is the share of
 * cells whose highest softmax probability is above a confidence; a frame is easy when the share is
 * above the threshold, else hard.
 */
public final class ConfidenceShareProvider
    extends MinerProvider<ConfidenceShareProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param confidence probability above which a cell counts as sure, 0 to 1
   * @param threshold share of sure cells above which a frame is easy, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Probability of a pixel's best class above which the pixel counts as sure.",
              defaultValue = "0.9",
              min = 0,
              max = 1,
              source = "fixed in Ianvs, eval.py of the RFNet example")
          double confidence,
      @Hyperparameter(
              text =
                  "Share of sure pixels above which a frame is easy; at or below it, hard. Ianvs"
                      + " spells it 'threhold'.",
              defaultValue = "0.95",
              min = 0,
              max = 1,
              source = "Ianvs, unseen_sample_recognition HardSampleMining")
          double threshold) {}

  /** A provider. */
  public ConfidenceShareProvider() {
    super(
        "confidence_share",
        Hyperparameters.class,
        "Hard unless the edge model is sure of nearly every pixel (Ianvs's HardSampleMining).");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction -> mine(prediction, hyperparameters);
  }

  private static MiningDecision mine(Prediction prediction, Hyperparameters rule) {
    float[] top = prediction.confidence().top();
    int sure = 0;
    for (float probability : top) {
      if (Numbers.checked("probability", probability) > rule.confidence()) {
        sure++;
      }
    }
    double score = (double) sure / top.length;
    double threshold = rule.threshold();
    return score > threshold
        ? new MiningDecision.Easy(
            score, threshold, Numbers.reason("sure pixels", score, ">", threshold))
        : new MiningDecision.Hard(
            score, threshold, Numbers.reason("sure pixels", score, "<=", threshold));
  }
}
