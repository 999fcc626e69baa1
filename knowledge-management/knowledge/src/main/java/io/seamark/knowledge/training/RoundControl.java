package io.seamark.knowledge.training;

/** Watches a round and can stop it. Called from the round's thread. */
public interface RoundControl {
  /** Watches nothing, stops nothing. */
  RoundControl QUIET = new RoundControl() {};

  /**
   * Whether the round should end without a result, asked before every step and every frame judged.
   *
   * @return true to stop
   */
  default boolean cancelled() {
    return false;
  }

  /**
   * A round that was cut short goes on.
   *
   * @param done steps before, at least 1
   * @param steps in all
   */
  default void resumed(int done, int steps) {}

  /**
   * A step of training is done.
   *
   * @param done steps so far
   * @param steps in all
   * @param loss mean cross-entropy of the step's batch
   */
  default void trained(int done, int steps, double loss) {}

  /**
   * A held-out frame has been judged.
   *
   * @param done frames so far; 0 when judging begins
   * @param frames in all
   */
  default void judged(int done, int frames) {}
}
