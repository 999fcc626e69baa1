package io.seamark.knowledge.training;

import io.seamark.knowledge.model.Provenance;
import io.seamark.knowledge.model.Provenance.Phase;
import io.seamark.knowledge.model.Provenance.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far a training is and what its figures are so far.
 *
 * @param done steps so far
 * @param steps in all
 * @param firstLoss share of the mean loss of the first tenth of the steps, so far
 * @param lastLoss the same of the last tenth
 * @param sinceLoss sum of the losses since the curve's last point
 * @param unreadable frames that were skipped
 * @param seconds that it took
 * @param curve so far
 */
record TrainingProgress(
    int done,
    int steps,
    double firstLoss,
    double lastLoss,
    double sinceLoss,
    int unreadable,
    double seconds,
    List<Point> curve) {
  /** Points of a curve at most. */
  private static final int POINTS = 100;

  /** Copies the curve. */
  TrainingProgress {
    curve = List.copyOf(curve);
    if (done < 0 || done > steps) {
      throw new IllegalArgumentException(done + " of " + steps + " steps cannot be done");
    }
  }

  /** Before the first step. */
  static TrainingProgress none(int steps) {
    return new TrainingProgress(0, steps, 0, 0, 0, 0, 0, List.of());
  }

  /** Steps that the first and the last mean are taken over. */
  static int edge(int steps) {
    return Math.max(1, steps / 10);
  }

  /**
   * One more step.
   *
   * @param loss of it
   * @param learningRate of it
   * @param phase what it learnt from
   * @param skipped frames that could not be read for it
   * @param now seconds that the training has taken
   */
  TrainingProgress plus(double loss, double learningRate, Phase phase, int skipped, double now) {
    int edge = edge(steps);
    List<Point> points = curve;
    double since = sinceLoss + loss;
    long most = Math.min(POINTS, steps);
    if ((done + 1) * most / steps > done * most / steps) {
      int before = curve.isEmpty() ? 0 : curve.get(curve.size() - 1).step();
      points = new ArrayList<>(curve);
      points.add(new Point(done + 1, since / (done + 1 - before), learningRate, now, phase));
      since = 0;
    }
    return new TrainingProgress(
        done + 1,
        steps,
        firstLoss + (done < edge ? loss / edge : 0),
        lastLoss + (done >= steps - edge ? loss / edge : 0),
        since,
        unreadable + skipped,
        now,
        points);
  }

  /** Writes down what a version's {@link Provenance#training} has of it. */
  void into(Map<String, Double> figures) {
    figures.put("steps", (double) steps);
    figures.put("first_loss", firstLoss);
    figures.put("last_loss", lastLoss);
    figures.put("unreadable", (double) unreadable);
  }
}
