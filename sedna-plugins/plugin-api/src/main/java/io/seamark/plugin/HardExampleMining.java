package io.seamark.plugin;

import io.seamark.perception.Prediction;
import java.util.Set;

/**
 * Unknown-sample recognition. Given the same predictions and deliveries in the same order, at the
 * same times where it looks at the clock, and the same seed, a miner decides the same.
 *
 * <p>Thread-safe.
 */
public interface HardExampleMining {
  /**
   * Decides whether the edge's answer can be trusted.
   *
   * @param prediction the edge model's answer
   * @return hard or easy, with the score
   * @throws IllegalArgumentException if the prediction holds a value that is not a number; what
   *     cannot be judged is never called easy
   */
  MiningDecision mine(Prediction prediction);

  /**
   * Says that the cloud has answered a frame that was found hard, for miners that keep to a budget.
   * Called on another thread than {@link #mine}, possibly at the same time, in the order of the
   * answers; frames found before a restart may be among them.
   *
   * @param delivery what it took
   */
  default void delivered(Delivery delivery) {}

  /**
   * What an edge model must give of a frame so that this miner can judge it.
   *
   * @return nothing but what every model gives, unless stated otherwise
   */
  default Set<ModelOutput> needs() {
    return Set.of();
  }
}
