package io.seamark.plugin;

/** What an edge model can give of a frame besides its classes, scores and confidence. */
public enum ModelOutput {
  /**
   * q(z=1|x) of AppealNet's predictor head (arXiv 2105.04104): see {@link
   * io.seamark.perception.Prediction#appealNet}.
   */
  APPEAL("AppealNet head");

  private final String text;

  ModelOutput(String text) {
    this.text = text;
  }

  /**
   * What of a model gives it.
   *
   * @return a noun, for messages
   */
  public String text() {
    return text;
  }
}
