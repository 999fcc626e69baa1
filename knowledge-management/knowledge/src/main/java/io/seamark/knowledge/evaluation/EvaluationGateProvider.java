package io.seamark.knowledge.evaluation;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskUpdateDecision;

/** The task-update decision {@code evaluation_gate}. */
public final class EvaluationGateProvider
    implements PluginProvider<TaskUpdateDecision, EvaluationGateProvider.Parameters> {
  /**
   * Hyperparameters.
   *
   * @param minGain least gain on new frames
   * @param minGainUnlabelled the same where there are no retained frames
   * @param confidence with which there must be any gain at all
   * @param maxLoss largest loss on retained frames
   * @param maxClassLoss largest loss of a class
   * @param minClassFrames frames that a class must occur in to be looked at
   * @param minNewFrames fewest held-out new frames
   */
  public record Parameters(
      @Hyperparameter(
              text =
                  "Least gain of the new model in mean IoU with what both models say together of"
                      + " held-out new frames.",
              defaultValue = "0.005",
              min = -1,
              max = 1,
              unit = "mean IoU")
          double minGain,
      @Hyperparameter(
              text = "The same where there are no retained frames, and so no labels at all.",
              defaultValue = "0.02",
              min = -1,
              max = 1,
              unit = "mean IoU")
          double minGainUnlabelled,
      @Hyperparameter(
              text =
                  "Share of resamplings of the new frames in which the new model must gain; 0 for no"
                      + " such condition, which there is none either where min-gain is below 0.",
              defaultValue = "0.9",
              min = 0,
              max = 0.999,
              source = "Efron and Tibshirani 1993, An Introduction to the Bootstrap")
          double confidence,
      @Hyperparameter(
              text =
                  "Largest loss of the new model in mean IoU on held-out retained frames, against the"
                      + " serving model and against the first one.",
              defaultValue = "0.03",
              min = 0,
              max = 1,
              unit = "mean IoU")
          double maxLoss,
      @Hyperparameter(
              text =
                  "Largest loss of any class on held-out retained frames, against the serving model"
                      + " and against the first one; without retained frames on the new ones. On a"
                      + " dozen frames a rare class's loss is off by 0.02 to 0.03.",
              defaultValue = "0.06",
              min = 0,
              max = 1,
              unit = "IoU")
          double maxClassLoss,
      @Hyperparameter(
              text = "Frames that a class must occur in for its loss to count.",
              defaultValue = "3",
              min = 1,
              max = 1_000_000,
              unit = "frames")
          int minClassFrames,
      @Hyperparameter(
              text = "Fewest held-out new frames to judge on; with fewer the serving model stays.",
              defaultValue = "3",
              min = 1,
              max = 1_000_000,
              unit = "frames")
          int minNewFrames) {}

  @Override
  public PluginKind<TaskUpdateDecision> kind() {
    return PluginKind.TASK_UPDATE_DECISION;
  }

  @Override
  public String name() {
    return "evaluation_gate";
  }

  @Override
  public String text() {
    return "Accepts a model that gains on held-out new frames and loses little on retained ones, in the"
        + " mean and in every class.";
  }

  @Override
  public Class<Parameters> hyperparameters() {
    return Parameters.class;
  }

  @Override
  public TaskUpdateDecision create(Parameters hyperparameters, PluginContext context) {
    return new EvaluationGate(hyperparameters);
  }
}
