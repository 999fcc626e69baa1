package io.seamark.plugin;

/** Hard or easy. */
public sealed interface MiningDecision {
  /**
   * The score as the miner's paper defines it.
   *
   * @return higher is easier
   */
  double score();

  /**
   * What the score was held against.
   *
   * @return in the score's unit
   */
  double threshold();

  /**
   * Why, for people.
   *
   * @return one line, such as {@code margin 0.412 < 0.600}
   */
  String reason();

  /**
   * Whether the frame should go to the cloud.
   *
   * @return true for {@link Hard}
   */
  default boolean hard() {
    return this instanceof Hard;
  }

  /**
   * The edge model cannot be trusted with this frame.
   *
   * @param score see {@link MiningDecision#score}
   * @param threshold see {@link MiningDecision#threshold}
   * @param reason see {@link MiningDecision#reason}
   */
  record Hard(double score, double threshold, String reason) implements MiningDecision {}

  /**
   * The edge model's answer stands.
   *
   * @param score see {@link MiningDecision#score}
   * @param threshold see {@link MiningDecision#threshold}
   * @param reason see {@link MiningDecision#reason}
   */
  record Easy(double score, double threshold, String reason) implements MiningDecision {}
}
