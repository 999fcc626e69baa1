package io.seamark.knowledge;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.Verdict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lifelong learning is doing.
 *
 * @param state the phase
 * @param completed rounds that ended with a judged version, over the life of the registry
 * @param accepted how many of them were accepted
 * @param rejected how many were rejected
 * @param failed rounds that failed since the start of the process
 * @param idle rounds since the start of the process that had too few samples
 * @param samples samples in the buffer
 * @param trainedOn samples the buffer held when the last round began, over the life of the registry
 * @param newSamples samples that came since; without any, no round begins
 * @param progress of the running round, 0 to 1; 0 where none runs
 * @param loss of the running round's last step, or null
 * @param stepsPerSecond of the running round's training, or null where there are none or too few
 * @param secondsLeft of its training at that rate, or null
 * @param last how the last round ended, or null
 * @param lastRequest the last request for a round and what came of it, or null
 */
public record LearningState(
    Phase state,
    int completed,
    int accepted,
    int rejected,
    int failed,
    int idle,
    long samples,
    long trainedOn,
    long newSamples,
    double progress,
    @Nullable Double loss,
    @Nullable Double stepsPerSecond,
    @Nullable Double secondsLeft,
    @Nullable LastRound last,
    @Nullable LastRequest lastRequest) {
  /** Checks the phase, which Jackson leaves null where it is absent. */
  public LearningState {
    if (state == null) {
      throw new IllegalArgumentException("the state of learning lacks state");
    }
  }

  /** Phases. */
  public enum Phase {
    /** No new samples. */
    @JsonProperty("idle")
    IDLE,
    /** New samples, fewer than start a round. */
    @JsonProperty("waiting")
    WAITING,
    /** Optimising. */
    @JsonProperty("training")
    TRAINING,
    /** Comparing the new model with the serving one. */
    @JsonProperty("judging")
    JUDGING,
    /** Ending a round that somebody has cancelled. */
    @JsonProperty("cancelling")
    CANCELLING
  }

  /**
   * A request for a round.
   *
   * @param outcome what came of it
   * @param reason one line
   * @param at ISO 8601, UTC
   */
  public record LastRequest(LifelongLearning.Request outcome, String reason, String at) {}

  /**
   * How a round ended.
   *
   * @param version the version it made, or null if it made none
   * @param verdict on it, or null
   * @param reason of the verdict, of the failure, or why there was nothing to do
   * @param serving figures of the model before, or null
   * @param candidate figures of the new one, or null
   * @param seconds of training, 0 if there was none
   * @param tasks samples and agreement of each task, named as in the version's provenance; empty if
   *     no version was made
   * @param ended ISO 8601, UTC
   */
  public record LastRound(
      @Nullable String version,
      @Nullable Verdict verdict,
      String reason,
      @Nullable Figures serving,
      @Nullable Figures candidate,
      double seconds,
      Map<String, Double> tasks,
      String ended) {
    /** Copies the map; an absent one becomes empty. */
    public LastRound {
      tasks = tasks == null ? Map.of() : Map.copyOf(tasks);
    }
  }
}
