package io.seamark.tck.builtin;

import io.seamark.knowledge.evaluation.EvaluationGateProvider;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.tck.TaskUpdateDecisionContract;

/** {@code evaluation_gate}. */
class EvaluationGateTest extends TaskUpdateDecisionContract<EvaluationGateProvider.Parameters> {
  @Override
  protected PluginProvider<TaskUpdateDecision, EvaluationGateProvider.Parameters> provider() {
    return new EvaluationGateProvider();
  }
}
