package io.seamark.knowledge.evaluation;

import io.seamark.plugin.TaskUpdateDecision;
import java.util.Locale;

/**
 * Lets a new model through if it gains on the changed world and loses little on the one it came
 * from. What cannot be judged is never accepted: without held-out new frames, or where a figure is
 * not a number although there were frames, the serving model stays. Without retained frames the new
 * frames decide alone, and the reason says so.
 */
public final class EvaluationGate implements TaskUpdateDecision {
  /** Absorbs the rounding of a difference of two figures, so that a boundary value passes. */
  private static final double ROUNDING = 1e-9;

  private final double minGain;
  private final double maxLoss;
  private final int minNewFrames;

  /**
   * A gate.
   *
   * @param minGain least gain in mean IoU with the judged models' consensus, -1 to 1
   * @param maxLoss largest loss in mean IoU on retained frames, 0 to 1
   * @param minNewFrames fewest held-out new frames to judge on, at least 1
   */
  public EvaluationGate(double minGain, double maxLoss, int minNewFrames) {
    this.minGain = minGain;
    this.maxLoss = maxLoss;
    this.minNewFrames = minNewFrames;
  }

  @Override
  public Verdict decide(Evaluation serving, Evaluation candidate) {
    if (serving.newFrames() != candidate.newFrames()
        || serving.retainedFrames() != candidate.retainedFrames()) {
      throw new IllegalArgumentException(
          String.format(
              "serving model judged on %d + %d frames, candidate on %d + %d, but both must see the"
                  + " same",
              serving.newFrames(),
              serving.retainedFrames(),
              candidate.newFrames(),
              candidate.retainedFrames()));
    }
    if (candidate.newFrames() < minNewFrames) {
      return new Rejected(
          String.format(
              "%d held-out new frames, at least %d are needed to judge",
              candidate.newFrames(), minNewFrames));
    }
    double gain = candidate.newAgreement() - serving.newAgreement();
    if (!Double.isFinite(gain)) {
      return new Rejected(
          "agreement on the new frames is not a number: serving "
              + serving.newAgreement()
              + ", candidate "
              + candidate.newAgreement());
    }
    String onNew =
        String.format(
            Locale.ROOT,
            "new frames %.4f -> %.4f (%+.4f, needs %+.4f, %d frames)",
            serving.newAgreement(),
            candidate.newAgreement(),
            gain,
            minGain,
            candidate.newFrames());
    boolean gains = gain >= minGain - ROUNDING;
    if (candidate.retainedFrames() == 0) {
      String reason = onNew + "; no retained frames to judge on";
      return gains ? new Accepted(reason) : new Rejected(reason);
    }
    double loss = serving.retainedMeanIou() - candidate.retainedMeanIou();
    if (!Double.isFinite(loss)) {
      return new Rejected(
          "mean IoU on the retained frames is not a number: serving "
              + serving.retainedMeanIou()
              + ", candidate "
              + candidate.retainedMeanIou());
    }
    String reason =
        onNew
            + String.format(
                Locale.ROOT,
                "; retained frames %.4f -> %.4f (%+.4f, may lose %.4f, %d frames)",
                serving.retainedMeanIou(),
                candidate.retainedMeanIou(),
                -loss,
                maxLoss,
                candidate.retainedFrames());
    return gains && loss <= maxLoss + ROUNDING ? new Accepted(reason) : new Rejected(reason);
  }
}
