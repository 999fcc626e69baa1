package io.seamark.plugin;

/**
 * Scores cannot be used with the model that looks again, such as those of another number of
 * classes: the sender's matter, and no failure of the plugin that says so.
 */
public final class UnfitScoresException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Unfit.
   *
   * @param reason names the scores, the model and the rule
   */
  public UnfitScoresException(String reason) {
    super(reason);
  }
}
