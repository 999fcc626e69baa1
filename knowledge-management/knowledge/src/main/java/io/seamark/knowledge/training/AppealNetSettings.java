package io.seamark.knowledge.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How AppealNet's predictor head is trained, behind a network that stays as it is.
 *
 * @param frames examined, each once and made worse at random, 0 to 100000; 0 leaves the head as it
 *     is
 * @param steps optimiser steps on them, 1 to 100000
 * @param batch frames of a step, 1 to 1024
 * @param learningRate peak rate of AdamW, which falls along half a cosine; above 0, at most 0.1
 * @param cost the paper's beta, what an upload costs where an error costs 1, above 0 and at most
 *     100: the higher, the higher q(z=1|x) and the fewer uploads at one threshold. A frame is hard
 *     whose expected loss, 1 minus its soft mIoU against the cloud's answer, is above cost /
 *     threshold
 */
public record AppealNetSettings(
    int frames, int steps, int batch, double learningRate, double cost) {
  /** What holds where configuration says nothing. */
  public static final AppealNetSettings DEFAULTS = new AppealNetSettings(400, 600, 64, 3e-3, 0.2);

  /** Where the settings stand in configuration. */
  public static final String PREFIX = "seamark.training.appealnet.";

  /** Checks every range and reports all failures at once. */
  public AppealNetSettings {
    List<String> failures = new ArrayList<>();
    check(failures, "frames", frames, frames >= 0 && frames <= 100_000, "0 to 100000");
    check(failures, "steps", steps, steps >= 1 && steps <= 100_000, "1 to 100000");
    check(failures, "batch", batch, batch >= 1 && batch <= 1024, "1 to 1024");
    check(
        failures,
        "learning-rate",
        learningRate,
        learningRate > 0 && learningRate <= 0.1,
        "above 0 and at most 0.1");
    check(failures, "cost", cost, cost > 0 && cost <= 100, "above 0 and at most 100");
    if (!failures.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", failures));
    }
  }

  private static void check(
      List<String> failures, String name, Object value, boolean holds, String rule) {
    if (!holds) {
      failures.add(PREFIX + name + " is " + value + ", but must be " + rule);
    }
  }

  /**
   * Reads configuration; every key has a default.
   *
   * @param lookup value of a key, empty if it is not set
   * @return settings
   * @throws IllegalArgumentException with one line for each wrong value
   */
  public static AppealNetSettings from(Function<String, Optional<String>> lookup) {
    List<String> failures = new ArrayList<>();
    double frames = number(lookup, "frames", DEFAULTS.frames(), true, failures);
    double steps = number(lookup, "steps", DEFAULTS.steps(), true, failures);
    double batch = number(lookup, "batch", DEFAULTS.batch(), true, failures);
    double rate = number(lookup, "learning-rate", DEFAULTS.learningRate(), false, failures);
    double cost = number(lookup, "cost", DEFAULTS.cost(), false, failures);
    try {
      AppealNetSettings settings =
          new AppealNetSettings((int) frames, (int) steps, (int) batch, rate, cost);
      if (failures.isEmpty()) {
        return settings;
      }
    } catch (IllegalArgumentException e) {
      failures.add(String.valueOf(e.getMessage()));
    }
    throw new IllegalArgumentException(String.join("\n", failures));
  }

  private static double number(
      Function<String, Optional<String>> lookup,
      String name,
      double byDefault,
      boolean whole,
      List<String> failures) {
    String text = lookup.apply(PREFIX + name).map(String::strip).orElse("");
    try {
      return text.isEmpty() ? byDefault : whole ? Integer.parseInt(text) : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      failures.add(
          PREFIX
              + name
              + " is '"
              + text
              + "', but must be a "
              + (whole ? "whole " : "")
              + "number");
      return byDefault;
    }
  }

  /**
   * For provenance.
   *
   * @return values by configuration key
   */
  public Map<String, String> asMap() {
    Map<String, String> map = new TreeMap<>();
    map.put(PREFIX + "frames", Integer.toString(frames));
    map.put(PREFIX + "steps", Integer.toString(steps));
    map.put(PREFIX + "batch", Integer.toString(batch));
    map.put(PREFIX + "learning-rate", Double.toString(learningRate));
    map.put(PREFIX + "cost", Double.toString(cost));
    return map;
  }
}
