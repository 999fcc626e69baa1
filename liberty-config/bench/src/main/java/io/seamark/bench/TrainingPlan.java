package io.seamark.bench;

import java.util.List;

/**
 * Hyperparameters of module type {@code basemodel}.
 *
 * @param learningRate peak rate of AdamW
 * @param epochs passes over a round's samples
 * @param batch samples of a step
 * @param steps steps of a round whatever its samples, or 0 for what the epochs need
 * @param target what hard samples train on
 * @param rehearsal whether half of each later batch comes from the labelled samples of round 0
 * @param classWeights whether rare classes weigh more, as in knowledge management's rounds
 */
public record TrainingPlan(
    double learningRate,
    int epochs,
    int batch,
    int steps,
    Target target,
    boolean rehearsal,
    boolean classWeights) {
  /** Their names in {@code algorithm.yaml}. */
  static final List<String> NAMES =
      List.of(
          "learning_rate",
          "epochs",
          "batch_size",
          "steps",
          "hard_sample_target",
          "rehearsal",
          "class_weights");

  /** What a hard sample trains on. */
  public enum Target {
    /** What unknown-task processing answered: no label is needed. */
    CLOUD_ANSWERS,
    /** The label, as Ianvs's example does; no measure of learning without labels. */
    GROUND_TRUTH
  }

  /**
   * The number of optimiser steps.
   *
   * @param samples of the round, at least 1
   * @return at least 1
   */
  public int stepsFor(int samples) {
    return steps > 0 ? steps : Math.max(1, (int) Math.ceil((double) samples * epochs / batch));
  }
}
