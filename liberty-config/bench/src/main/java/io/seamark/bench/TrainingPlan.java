package io.seamark.bench;

import io.seamark.knowledge.training.RoundSettings;
import io.seamark.setting.SettingGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hyperparameters of module type {@code basemodel} that say how it trains: what they leave out is
 * as {@code seamark.training.*} has it, or else as a service's rounds have it.
 *
 * @param learningRate peak rate of AdamW, or null for {@code seamark.training.learning-rate}
 * @param epochs passes over a round's samples, or null for {@code seamark.training.steps} steps
 * @param batch samples of a step, or null for {@code seamark.training.batch}
 * @param steps steps of a round whatever its samples, or null or 0 for what the epochs need
 * @param classWeights whether rare classes weigh more, or null for {@code
 *     seamark.training.class-weights}, which is false unless set
 * @param target what hard samples train on
 * @param rehearsal whether half of each later batch comes from the labelled samples of round 0, as
 *     in a service's rounds with retained frames; true unless the file says otherwise
 * @param replay whether a round draws from all hard samples so far, through the replay policy, as a
 *     service's rounds do, which is so unless the file says otherwise; false for the round's own
 *     samples, as in Ianvs
 * @param gate whether a model that hard samples have trained is held against its predecessor on
 *     held-out samples, as in a service's rounds, which is so unless module {@code
 *     task_update_decision} is {@code UpdateStrategyByFinetune}, Ianvs's
 */
public record TrainingPlan(
    @Nullable Double learningRate,
    @Nullable Integer epochs,
    @Nullable Integer batch,
    @Nullable Integer steps,
    @Nullable Boolean classWeights,
    Target target,
    boolean rehearsal,
    boolean replay,
    boolean gate) {
  /** Their names in {@code algorithm.yaml}; the gate is a module. */
  static final List<String> NAMES =
      List.of(
          "learning_rate",
          "epochs",
          "batch_size",
          "steps",
          "hard_sample_target",
          "rehearsal",
          "replay",
          "class_weights");

  /** What Ianvs's examples set besides, and the training here does in another way. */
  static final List<String> UNUSED = List.of("base_size", "crop_size", "workers");

  /** What a hard sample trains on. */
  public enum Target {
    /** What unknown-task processing answered: no label is needed. */
    CLOUD_ANSWERS,
    /** The label, as Ianvs's example does; no measure of learning without labels. */
    GROUND_TRUTH
  }

  /**
   * The learner's settings with what the file says.
   *
   * @param configured what holds where it says nothing
   * @return settings; their steps are for {@link #stepsFor}
   */
  public RoundSettings over(RoundSettings configured) {
    Map<String, String> said = new HashMap<>();
    said.put("seamark.training.batch", text(batch));
    said.put("seamark.training.learning-rate", text(learningRate));
    said.put("seamark.training.class-weights", text(classWeights));
    return new RoundSettings(
        SettingGroup.TRAINING.with(configured.training(), said),
        configured.appealNet(),
        configured.seed(),
        configured.threads());
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  /**
   * The number of optimiser steps.
   *
   * @param settings from {@link #over}
   * @param samples of the round, at least 1
   * @return at least 1
   */
  public int stepsFor(RoundSettings settings, int samples) {
    if (steps != null && steps > 0) {
      return steps;
    }
    return epochs == null
        ? settings.training().steps()
        : Math.max(1, (int) Math.ceil((double) samples * epochs / settings.training().batch()));
  }
}
