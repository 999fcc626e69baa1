package io.seamark.plugin;

import io.seamark.perception.Prediction;

/**
 * Unknown-sample recognition. Given the same predictions in the same order and the same seed, a
 * miner decides the same.
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
}
