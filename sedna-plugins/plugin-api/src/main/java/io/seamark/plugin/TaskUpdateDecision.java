package io.seamark.plugin;

/** Decides whether a newly trained model replaces the serving one. */
public interface TaskUpdateDecision {
  /**
   * Judges two models on the same held-out frames.
   *
   * @param serving figures of the model in use
   * @param candidate figures of the new one
   * @return accepted or rejected, with the reason
   */
  Verdict decide(Evaluation serving, Evaluation candidate);

  /**
   * Figures of one model on held-out frames.
   *
   * @param newFrames frames of the changed world, which have no labels
   * @param newAgreement mean IoU on them with what the judged models say together over several
   *     views of each, 0 to 1; NaN if there are no such frames
   * @param retainedFrames labelled frames of the world the model was first trained on
   * @param retainedMeanIou mean IoU on them, 0 to 1; NaN if there are none
   */
  record Evaluation(
      int newFrames, double newAgreement, int retainedFrames, double retainedMeanIou) {}

  /** Accepted or rejected. */
  sealed interface Verdict {
    /**
     * Why, for people.
     *
     * @return one line with the figures it rests on
     */
    String reason();
  }

  /**
   * The new model takes over.
   *
   * @param reason see {@link Verdict#reason}
   */
  record Accepted(String reason) implements Verdict {}

  /**
   * The serving model stays.
   *
   * @param reason see {@link Verdict#reason}
   */
  record Rejected(String reason) implements Verdict {}
}
