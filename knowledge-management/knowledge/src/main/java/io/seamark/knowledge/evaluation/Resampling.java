package io.seamark.knowledge.evaluation;

import io.seamark.plugin.TaskUpdateDecision.FrameCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How much of a difference of two models is chance of the frames: frames are drawn anew, each
 * perhaps several times, the same ones for both models (percentile bootstrap, Efron and Tibshirani
 * 1993, An Introduction to the Bootstrap, chapter 13).
 */
final class Resampling {
  private static final int DRAWS = 1000;

  /** Of its own, so that equal figures have equal verdicts. */
  private static final long SEED = 1;

  private Resampling() {}

  /**
   * The lower end of a one-sided interval of a model's gain in mean IoU.
   *
   * @param before counts of one model, at least one frame
   * @param after counts of the other on the same frames
   * @param confidence 0 to below 1
   * @return -1 to 1; NaN if most drawings have no pixels
   */
  static double lowest(List<FrameCounts> before, List<FrameCounts> after, double confidence) {
    int frames = before.size();
    SplittableRandom random = new SplittableRandom(SEED);
    double[] gains = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      List<FrameCounts> one = new ArrayList<>(frames);
      List<FrameCounts> other = new ArrayList<>(frames);
      for (int i = 0; i < frames; i++) {
        int drawn = random.nextInt(frames);
        one.add(before.get(drawn));
        other.add(after.get(drawn));
      }
      gains[draw] = FrameCounts.sum(other).meanIou() - FrameCounts.sum(one).meanIou();
    }
    Arrays.sort(gains);
    return gains[(int) Math.floor((1 - confidence) * DRAWS)];
  }
}
