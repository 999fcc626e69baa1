package io.seamark.mining;

import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginContext;

/**
 * {@code IBT}: Sedna's image-box-thresholds. Sedna calls an image hard when the share of its boxes
 * whose score {@code box[4]} is at most {@code threshold_box} is at least 1 minus {@code
 * threshold_img}; here a pixel stands for a box and its highest softmax probability for the box's
 * score. The score is the share of the other pixels, so that higher is easier: a frame is hard at
 * or below {@code threshold_img}. Where Sedna calls invalid input easy, this throws.
 */
public final class ImageBoxThresholdsProvider
    extends MinerProvider<ImageBoxThresholdsProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param image share of sure pixels at or below which a frame is hard, 0 to 1
   * @param box highest probability at or below which a pixel is unsure, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              name = "threshold_img",
              text = "A frame is hard when at least 1 minus this share of its pixels is unsure.",
              defaultValue = "0.5",
              min = 0,
              max = 1,
              source = "Sedna, hard_example_mining IBT")
          double image,
      @Hyperparameter(
              name = "threshold_box",
              text = "Probability of a pixel's best class at or below which the pixel is unsure.",
              defaultValue = "0.5",
              min = 0,
              max = 1,
              source = "Sedna, hard_example_mining IBT")
          double box) {}

  /** A provider. */
  public ImageBoxThresholdsProvider() {
    super(
        "IBT",
        Hyperparameters.class,
        "Hard when many pixels' best classes have a low probability (Sedna's IBT,"
            + " image-box-thresholds).");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return prediction -> mine(prediction, hyperparameters);
  }

  private static MiningDecision mine(Prediction prediction, Hyperparameters rule) {
    float[] top = prediction.confidence().top();
    int unsure = 0;
    for (float probability : top) {
      if (Numbers.share("probability", probability) <= rule.box()) {
        unsure++;
      }
    }
    double score = (double) (top.length - unsure) / top.length;
    // Sedna's own expression, so that its roundings at the threshold are ours.
    boolean hard = (double) unsure / top.length >= 1 - rule.image();
    String reason = Numbers.reason("sure pixels", score, hard ? "<=" : ">", rule.image());
    return hard
        ? new MiningDecision.Hard(score, rule.image(), reason)
        : new MiningDecision.Easy(score, rule.image(), reason);
  }
}
