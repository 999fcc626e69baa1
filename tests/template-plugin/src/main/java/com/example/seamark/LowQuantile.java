package com.example.seamark;

import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.util.Arrays;
import java.util.Locale;

/** Hard when even a small part of the frame is doubtful, which a mean over the frame would hide. */
public final class LowQuantile implements PluginProvider<HardExampleMining, LowQuantile.Values> {
  public record Values(
      @Hyperparameter(text = "Share of the cells, the least sure first.", defaultValue = "0.05", min = 0, max = 1)
          double share,
      @Hyperparameter(text = "Confidence at that share below which a frame is hard.", defaultValue = "0.6", min = 0, max = 1)
          double threshold) {}

  @Override
  public PluginKind<HardExampleMining> kind() {
    return PluginKind.HARD_EXAMPLE_MINING;
  }

  @Override
  public String name() {
    return "low_quantile";
  }

  @Override
  public String text() {
    return "Hard when the least sure part of the frame is doubtful.";
  }

  @Override
  public Class<Values> hyperparameters() {
    return Values.class;
  }

  @Override
  public HardExampleMining create(Values values, PluginContext context) {
    return prediction -> mine(prediction, values);
  }

  private static MiningDecision mine(Prediction prediction, Values values) {
    float[] top = prediction.confidence().top().clone();
    Arrays.sort(top); // NaN and infinity end up last.
    if (!Float.isFinite(top[top.length - 1])) {
      throw new IllegalArgumentException("a confidence is " + top[top.length - 1]);
    }
    double score = top[(int) (values.share() * (top.length - 1))];
    String reason = String.format(Locale.ROOT, "%.3f at %.2f, threshold %.3f", score, values.share(), values.threshold());
    return score < values.threshold()
        ? new MiningDecision.Hard(score, values.threshold(), reason)
        : new MiningDecision.Easy(score, values.threshold(), reason);
  }
}
