package io.seamark.mining;

import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.ModelOutput;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.util.Locale;
import java.util.Set;

/**
 * {@code appealnet}: what the edge model's own predictor head says of the frame (Li et al. 2021,
 * arXiv 2105.04104). Hard when q(z=1|x) is below the threshold. The head is trained with the
 * paper's loss, whose cost beta is a setting of that training; here only the threshold delta is
 * left.
 */
public final class AppealNetProvider
    implements PluginProvider<HardExampleMining, AppealNetProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param threshold q below which a frame is hard, 0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "The paper's delta: q(z=1|x) below which a frame is hard, which is where the head"
                      + " expects a loss above its training's cost / threshold: by default above"
                      + " 0.4, with 1 minus the soft mIoU as the loss. 0 calls every frame easy.",
              defaultValue = "0.5",
              min = 0,
              max = 1,
              source = "AppealNet (arXiv 2105.04104)")
          double threshold) {}

  /** For {@link java.util.ServiceLoader}. */
  public AppealNetProvider() {}

  @Override
  public PluginKind<HardExampleMining> kind() {
    return PluginKind.HARD_EXAMPLE_MINING;
  }

  @Override
  public String name() {
    return "appealnet";
  }

  @Override
  public String text() {
    return "Hard when the edge model's predictor head expects its answer to be wrong. Needs a model"
        + " with that head: seamark model appealnet gives it one.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return new HardExampleMining() {
      @Override
      public MiningDecision mine(Prediction prediction) {
        return AppealNetProvider.mine(prediction, hyperparameters.threshold());
      }

      @Override
      public Set<ModelOutput> needs() {
        return Set.of(ModelOutput.APPEAL);
      }
    };
  }

  private static MiningDecision mine(Prediction prediction, double threshold) {
    Double q = prediction.appealNet();
    if (q == null) {
      throw new IllegalArgumentException(
          "hard_example_mining is appealnet, but the edge model has no AppealNet head; 'seamark"
              + " model appealnet' gives it one");
    }
    double score = Numbers.checked("q(z=1|x)", q);
    return score < threshold
        ? new MiningDecision.Hard(score, threshold, reason(score, "<", threshold))
        : new MiningDecision.Easy(score, threshold, reason(score, ">=", threshold));
  }

  private static String reason(double score, String relation, double threshold) {
    return String.format(Locale.ROOT, "q %.3f %s %.3f", score, relation, threshold);
  }
}
