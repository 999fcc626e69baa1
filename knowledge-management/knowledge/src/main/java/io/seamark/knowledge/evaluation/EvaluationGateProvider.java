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
   * @param minGain see {@link EvaluationGate}
   * @param maxLoss see {@link EvaluationGate}
   * @param minNewFrames see {@link EvaluationGate}
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
              text = "Largest loss of the new model in mean IoU on held-out retained frames.",
              defaultValue = "0.03",
              min = 0,
              max = 1,
              unit = "mean IoU")
          double maxLoss,
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
    return "Accepts a model that gains on held-out new frames and loses little on retained ones.";
  }

  @Override
  public Class<Parameters> hyperparameters() {
    return Parameters.class;
  }

  @Override
  public TaskUpdateDecision create(Parameters hyperparameters, PluginContext context) {
    return new EvaluationGate(
        hyperparameters.minGain(), hyperparameters.maxLoss(), hyperparameters.minNewFrames());
  }
}
