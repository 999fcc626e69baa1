package io.seamark.bench;

import io.seamark.perception.ConfusionMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a miner's ranking is worth: accuracy of the system over the share of frames that the cloud
 * answers, when these are the frames the miner finds hardest. Needs no threshold, so that miners
 * with different scores can be compared.
 */
public final class UploadSweep {
  private final double[] meanIou;

  /**
   * A frame, answered by both.
   *
   * @param score the miner's, higher is easier
   * @param edge counts of the edge's answer against the label
   * @param cloud counts of the cloud's answer against the label
   */
  public record Answered(double score, ConfusionMatrix edge, ConfusionMatrix cloud) {}

  /**
   * Sweeps the share from none to all.
   *
   * @param frames at least one; of equal scores the earlier frame counts as harder
   */
  public UploadSweep(List<Answered> frames) {
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("a sweep needs at least one frame");
    }
    List<Answered> hardestFirst =
        frames.stream().sorted(Comparator.comparingDouble(Answered::score)).toList();
    int n = hardestFirst.size();
    int classes = hardestFirst.get(0).edge().classes();
    List<ConfusionMatrix> kept = new ArrayList<>();
    ConfusionMatrix edge = new ConfusionMatrix(classes);
    kept.add(edge);
    for (int i = n - 1; i >= 0; i--) {
      ConfusionMatrix more = new ConfusionMatrix(classes);
      more.add(edge);
      more.add(hardestFirst.get(i).edge());
      kept.add(more);
      edge = more;
    }
    meanIou = new double[n + 1];
    ConfusionMatrix cloud = new ConfusionMatrix(classes);
    for (int k = 0; k <= n; k++) {
      ConfusionMatrix system = new ConfusionMatrix(classes);
      system.add(cloud);
      system.add(kept.get(n - k));
      meanIou[k] = system.meanIou();
      if (k < n) {
        cloud.add(hardestFirst.get(k).cloud());
      }
    }
  }

  /**
   * The curve.
   *
   * @return mean IoU of the system, pooled over all frames, when the k hardest of n are uploaded,
   *     for k from 0 to n
   */
  public double[] meanIou() {
    return meanIou.clone();
  }

  /**
   * Mean IoU at a share.
   *
   * @param share of frames uploaded, 0 to 1, rounded to whole frames
   * @return 0 to 1
   */
  public double at(double share) {
    return meanIou[(int) Math.round(share * (meanIou.length - 1))];
  }

  /**
   * Area under the curve over the shares from 0 to 1, by trapezoids.
   *
   * @return 0 to 1
   */
  public double area() {
    double sum = 0;
    for (int k = 1; k < meanIou.length; k++) {
      sum += (meanIou[k - 1] + meanIou[k]) / 2;
    }
    return sum / (meanIou.length - 1);
  }

  /**
   * Probability that a random bad frame has a lower score than a random good one, ties counting
   * half: the area under the receiver operating characteristic (Mann and Whitney's U).
   *
   * @param scores of the frames, higher is easier
   * @param bad which of them are bad
   * @return 0 to 1; NaN without a bad or without a good frame
   */
  public static double auroc(double[] scores, boolean[] bad) {
    double wins = 0;
    long pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; j < scores.length; j++) {
        if (bad[i] && !bad[j]) {
          pairs++;
          wins += scores[i] < scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
      }
    }
    return pairs == 0 ? Double.NaN : wins / pairs;
  }

  /**
   * Which values are among the lowest third, rounded down but at least one.
   *
   * @param values not NaN
   * @return for each value; of equal values the earlier are lower
   */
  public static boolean[] worstThird(double[] values) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> values[i]));
    boolean[] worst = new boolean[values.length];
    order.stream().limit(Math.max(1, values.length / 3)).forEach(i -> worst[i] = true);
    return worst;
  }
}
