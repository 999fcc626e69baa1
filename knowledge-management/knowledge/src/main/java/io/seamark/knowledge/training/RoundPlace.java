package io.seamark.knowledge.training;

import io.seamark.buffer.ReplayBuffer;
import io.seamark.knowledge.model.ModelRegistry;
import java.io.IOException;

/**
 * Where the rounds of a service run: in its own process, which is {@link TrainingRound}, or
 * elsewhere on the same folders. Used by one thread at a time.
 */
public interface RoundPlace extends AutoCloseable {
  /**
   * Runs a round, or goes on with one that was cut short.
   *
   * @param registry with a champion; gets the version
   * @param buffer read only
   * @param control watches it; where it stops it, the round can go on later
   * @return how it ended
   * @throws IOException if it failed
   */
  RoundResult run(ModelRegistry registry, ReplayBuffer buffer, RoundControl control)
      throws IOException;

  /**
   * Whether a round was cut short, or goes on without this process. What a round that has ended
   * left behind is removed.
   *
   * @param registry that it was run on
   * @return true if {@link #run} would go on with it
   * @throws IOException if that cannot be found out
   */
  boolean unfinished(ModelRegistry registry) throws IOException;

  /**
   * Gives up a round that was cut short, if there is one.
   *
   * @param registry that it was run on
   * @throws IOException if something of it stays
   */
  void giveUp(ModelRegistry registry) throws IOException;

  /** Lets go of what was opened. A round that goes on without this process does so. */
  @Override
  default void close() {}
}
