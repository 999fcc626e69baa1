package io.seamark.mining;

import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import java.time.InstantSource;

/**
 * {@code upload_budget}: wraps another miner and moves its threshold so that a stated share of the
 * frames is hard, or fewer where bytes a minute or the cloud's latency are limited too. The wrapped
 * miner's own threshold is not used; what else is set for it under its own name is. The control law
 * stands at {@link UploadBudget}.
 */
public final class UploadBudgetProvider
    extends MinerProvider<UploadBudgetProvider.Hyperparameters> {
  /**
   * What can be set. Of several limits the strictest holds.
   *
   * @param miner name of the wrapped miner
   * @param share share of the frames that are hard, 0 to 1
   * @param bytesPerMinute most bytes sent a minute in the mean; 0 for no limit
   * @param latency longest time from a hard frame to the cloud's answer that is meant to be met, in
   *     seconds; 0 for no limit
   * @param window frames over which the share is held, 20 to 100,000
   * @param tolerance largest difference between the share held over any window and the one stated,
   *     0 to 1
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "The miner whose score decides which frames are the hardest.",
              defaultValue = "score_margin")
          String miner,
      @Hyperparameter(
              text =
                  "Share of the frames that are hard. Where other limits are set too, the strictest"
                      + " holds; 1 leaves it to them.",
              defaultValue = "0.3",
              min = 0,
              max = 1)
          double share,
      @Hyperparameter(
              text = "Bytes sent a minute in the mean, at most; 0 is no limit.",
              defaultValue = "0",
              min = 0,
              unit = "bytes")
          long bytesPerMinute,
      @Hyperparameter(
              text =
                  "Time from a hard frame to the cloud's answer, waiting included, above which fewer"
                      + " are sent; 0 is no limit.",
              defaultValue = "0",
              min = 0,
              max = 86_400,
              unit = "seconds")
          double latency,
      @Hyperparameter(
              text =
                  "Frames over which the share is held. The scores of half as many are remembered.",
              defaultValue = "200",
              min = 20,
              max = 100_000,
              unit = "frames")
          int window,
      @Hyperparameter(
              text =
                  "Largest difference between the share over any such window and the one stated,"
                      + " but never less than two frames. A larger one lets a hard scene have more and a later easy one less.",
              defaultValue = "0.02",
              min = 0,
              max = 1)
          double tolerance) {}

  /** A provider. */
  public UploadBudgetProvider() {
    super(
        "upload_budget",
        Hyperparameters.class,
        "Holds a share of uploads, bytes a minute or the cloud's latency by moving the threshold of"
            + " another miner.");
  }

  @Override
  public HardExampleMining create(Hyperparameters hyperparameters, PluginContext context) {
    return new UploadBudget(
        context.plugin(PluginKind.HARD_EXAMPLE_MINING, hyperparameters.miner()),
        hyperparameters,
        InstantSource.system());
  }
}
