package io.seamark.knowledge.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a round trains and judges.
 *
 * @param steps optimiser steps of a round, 1 to 100000
 * @param batch frames of a step, 1 to 64; the smaller half are retained frames, where there are any
 * @param learningRate peak rate of AdamW, which falls along half a cosine; above 0, at most 0.1
 * @param holdout one in this many samples, and retained frames, is kept for judging; at least 2
 * @param judgeFrames held-out buffered samples that models are judged on at most, spread evenly
 *     over the buffer; at least 1
 * @param judgeRetained held-out retained frames that models are judged on at most; at least 1
 * @param classWeights whether rare classes weigh more: 1 / ln(1.02 + share of pixels) (Paszke et
 *     al. 2016, ENet, arXiv 1606.02147). Off by default: with answers that are not labels it cost
 *     three quarters of a round's gain and 0.02 mean IoU on the retained frames
 * @param seed of every random choice
 * @param threads for training, at least 1
 * @param appealNet how the AppealNet head of a model that has one is trained afterwards
 * @param size at which models are trained and judged
 */
public record RoundSettings(
    int steps,
    int batch,
    double learningRate,
    int holdout,
    int judgeFrames,
    int judgeRetained,
    boolean classWeights,
    long seed,
    int threads,
    AppealNetSettings appealNet,
    TrainingSize size) {
  /** What holds where configuration says nothing. */
  public static final RoundSettings DEFAULTS =
      new RoundSettings(
          100, 4, 2e-4, 5, 24, 12, false, 0, 2, AppealNetSettings.DEFAULTS, TrainingSize.DEFAULTS);

  /** Checks every range and reports all failures at once. */
  public RoundSettings {
    List<String> failures = new ArrayList<>();
    check(failures, "steps", steps, steps >= 1 && steps <= 100_000, "1 to 100000");
    check(failures, "batch", batch, batch >= 1 && batch <= 64, "1 to 64");
    check(
        failures,
        "learning-rate",
        learningRate,
        learningRate > 0 && learningRate <= 0.1,
        "above 0 and at most 0.1");
    check(failures, "holdout", holdout, holdout >= 2, "at least 2");
    check(failures, "judge-frames", judgeFrames, judgeFrames >= 1, "at least 1");
    check(failures, "judge-retained", judgeRetained, judgeRetained >= 1, "at least 1");
    check(failures, "threads", threads, threads >= 1, "at least 1");
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }

  private static void check(
      List<String> failures, String name, Object value, boolean holds, String rule) {
    if (!holds) {
      failures.add("seamark.training." + name + " is " + value + ", but must be " + rule);
    }
  }

  /**
   * For provenance.
   *
   * @return values by configuration key
   */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>();
    map.put("seamark.training.steps", Integer.toString(steps));
    map.put("seamark.training.batch", Integer.toString(batch));
    map.put("seamark.training.learning-rate", Double.toString(learningRate));
    map.put("seamark.training.holdout", Integer.toString(holdout));
    map.put("seamark.training.judge-frames", Integer.toString(judgeFrames));
    map.put("seamark.training.judge-retained", Integer.toString(judgeRetained));
    map.put("seamark.training.class-weights", Boolean.toString(classWeights));
    map.put("seamark.training.threads", Integer.toString(threads));
    map.putAll(appealNet.asMap());
    return map;
  }
}
