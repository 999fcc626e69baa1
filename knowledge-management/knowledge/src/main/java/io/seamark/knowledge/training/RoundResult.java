package io.seamark.knowledge.training;

import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Verdict;

/** How a round ended. A round that failed throws instead. */
public sealed interface RoundResult {
  /**
   * A new version was trained and judged.
   *
   * @param version with verdict, figures and provenance
   */
  record Judged(ModelVersion version) implements RoundResult {
    /**
     * Whether it serves now.
     *
     * @return true for {@link Verdict#ACCEPTED}
     */
    public boolean accepted() {
      return version.verdict() == Verdict.ACCEPTED;
    }
  }

  /**
   * There was nothing to train on or nothing to judge by: a normal round that changes nothing.
   *
   * @param reason one line
   */
  record Idle(String reason) implements RoundResult {}

  /**
   * The round was stopped; no model changed.
   *
   * @param kept steps after which it can go on; 0 if it would begin anew
   */
  record Cancelled(int kept) implements RoundResult {}
}
