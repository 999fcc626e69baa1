package io.seamark.registry;

/** A model that was found good gave scores of a frame that are not finite: the model's fault. */
public final class NonFiniteScoresException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Of one frame.
   *
   * @param message how many of which values are not finite
   */
  public NonFiniteScoresException(String message) {
    super(message);
  }
}
