package io.seamark.knowledge.evaluation;

import io.seamark.plugin.TaskUpdateDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Lets a new model through if it gains on the changed world and loses little on the one it came
 * from: in the mean over the classes and in every class, against the serving model and against the
 * one that everything began with. So a class that the others outweigh cannot be lost, nor can a
 * loss be taken in slices.
 *
 * <p>The gain must be above 0 for as many resamplings of the new frames as the confidence says
 * (percentile bootstrap, Efron and Tibshirani 1993), since a few frames may gain by chance.
 *
 * <p>What cannot be judged is never accepted: without held-out new frames, or where a figure is not
 * a number although there were frames, the serving model stays. Without retained frames there are
 * no labels at all: the new frames decide alone by a stricter bound, no class may fall behind on
 * them, and the reason says so.
 */
public final class EvaluationGate implements TaskUpdateDecision {
  /** Absorbs the rounding of a difference of two figures, so that a boundary value passes. */
  private static final double ROUNDING = 1e-9;

  private final EvaluationGateProvider.Parameters bounds;

  /**
   * A gate.
   *
   * @param bounds what a new model must gain, and may lose
   */
  public EvaluationGate(EvaluationGateProvider.Parameters bounds) {
    this.bounds = bounds;
  }

  @Override
  public Verdict decide(Evaluation serving, Evaluation candidate) {
    return decide(new Comparison(Optional.empty(), serving, candidate));
  }

  @Override
  public Verdict decide(Comparison comparison) {
    Evaluation serving = comparison.serving();
    Evaluation candidate = comparison.candidate();
    checkFrames(comparison);
    if (candidate.newFrames() < bounds.minNewFrames()) {
      return new Rejected(
          String.format(
              "%d held-out new frames, at least %d are needed to judge",
              candidate.newFrames(), bounds.minNewFrames()));
    }
    boolean labelled = candidate.retainedFrames() > 0;
    double gain = candidate.newAgreement() - serving.newAgreement();
    double loss = serving.retainedMeanIou() - candidate.retainedMeanIou();
    if (!Double.isFinite(gain)) {
      return new Rejected(
          "agreement on the new frames is not a number: serving "
              + serving.newAgreement()
              + ", candidate "
              + candidate.newAgreement());
    }
    if (labelled && !Double.isFinite(loss)) {
      return new Rejected(
          "mean IoU on the retained frames is not a number: serving "
              + serving.retainedMeanIou()
              + ", candidate "
              + candidate.retainedMeanIou());
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(gain(gain, serving, candidate, labelled));
    sureGain(serving, candidate).ifPresent(findings::add);
    if (labelled) {
      findings.add(loss("retained frames", serving, candidate));
      worstClass("retained class", serving.retainedCounts(), candidate.retainedCounts())
          .ifPresent(findings::add);
      comparison.first().ifPresent(first -> against(first, candidate, findings));
    } else {
      findings.add(new Finding("no retained frames to judge on", true));
      worstClass("class on new frames", serving.newCounts(), candidate.newCounts())
          .ifPresent(findings::add);
    }
    String reason = String.join("; ", findings.stream().map(Finding::text).toList());
    return findings.stream().allMatch(Finding::passes)
        ? new Accepted(reason)
        : new Rejected(reason);
  }

  /** What was found, and whether the new model passes with it. */
  private record Finding(String text, boolean passes) {}

  private static void checkFrames(Comparison comparison) {
    Evaluation serving = comparison.serving();
    Evaluation candidate = comparison.candidate();
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
  }

  private Finding gain(double gain, Evaluation serving, Evaluation candidate, boolean labelled) {
    double least = labelled ? bounds.minGain() : bounds.minGainUnlabelled();
    return new Finding(
        String.format(
            Locale.ROOT,
            "new frames %.4f -> %.4f (%+.4f, needs %+.4f, %d frames)",
            serving.newAgreement(),
            candidate.newAgreement(),
            gain,
            least,
            candidate.newFrames()),
        gain >= least - ROUNDING);
  }

  /** Where a model may even lose on new frames, chance is no objection. */
  private Optional<Finding> sureGain(Evaluation serving, Evaluation candidate) {
    if (bounds.confidence() == 0 || bounds.minGain() < 0 || serving.newCounts().isEmpty()) {
      return Optional.empty();
    }
    double least =
        Resampling.lowest(serving.newCounts(), candidate.newCounts(), bounds.confidence());
    return Optional.of(
        new Finding(
            String.format(
                Locale.ROOT, "at least %+.4f at %.0f %%", least, 100 * bounds.confidence()),
            least > 0));
  }

  private Finding loss(String where, Evaluation reference, Evaluation candidate) {
    double loss = reference.retainedMeanIou() - candidate.retainedMeanIou();
    return new Finding(
        String.format(
            Locale.ROOT,
            "%s %.4f -> %.4f (%+.4f, may lose %.4f, %d frames)",
            where,
            reference.retainedMeanIou(),
            candidate.retainedMeanIou(),
            -loss,
            bounds.maxLoss(),
            candidate.retainedFrames()),
        loss <= bounds.maxLoss() + ROUNDING);
  }

  private void against(Evaluation first, Evaluation candidate, List<Finding> findings) {
    if (first.retainedFrames() == candidate.retainedFrames()
        && Double.isFinite(first.retainedMeanIou())) {
      findings.add(loss("since the first model", first, candidate));
      worstClass("class since the first model", first.retainedCounts(), candidate.retainedCounts())
          .ifPresent(findings::add);
    }
  }

  /** The class that loses most, if any that occurs often enough loses at all. */
  private Optional<Finding> worstClass(
      String where, List<FrameCounts> reference, List<FrameCounts> candidate) {
    if (reference.isEmpty() || reference.size() != candidate.size()) {
      return Optional.empty();
    }
    FrameCounts before = FrameCounts.sum(reference);
    FrameCounts now = FrameCounts.sum(candidate);
    int worst = -1;
    double most = 0;
    for (int c = 0; c < before.classes(); c++) {
      int of = c;
      long frames = reference.stream().filter(f -> f.labelled().get(of) > 0).count();
      double loss = before.iou(c) - now.iou(c);
      if (frames >= bounds.minClassFrames() && loss > most) {
        worst = c;
        most = loss;
      }
    }
    return worst < 0
        ? Optional.empty()
        : Optional.of(
            new Finding(
                String.format(
                    Locale.ROOT,
                    "%s %d %.4f -> %.4f (%+.4f, may lose %.4f)",
                    where,
                    worst,
                    before.iou(worst),
                    now.iou(worst),
                    -most,
                    bounds.maxClassLoss()),
                most <= bounds.maxClassLoss() + ROUNDING));
  }
}
