package io.seamark.task;

import io.seamark.perception.Prediction;
import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code DefaultInferenceIntegrate}: Results in the order of the samples; of several for one sample
 * the last.
 */
public final class DefaultInferenceIntegrateProvider
    implements PluginProvider<InferenceIntegrate, NoHyperparameters> {
  @Override
  public PluginKind<InferenceIntegrate> kind() {
    return PluginKind.INFERENCE_INTEGRATE;
  }

  @Override
  public String name() {
    return "DefaultInferenceIntegrate";
  }

  @Override
  public String text() {
    return "Results in the order of the samples; of several for one sample the last.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public InferenceIntegrate create(NoHyperparameters none, PluginContext context) {
    return DefaultInferenceIntegrateProvider::integrate;
  }

  private static List<Prediction> integrate(List<TaskResult> results) {
    Map<Integer, Prediction> bySample = new TreeMap<>();
    results.forEach(result -> bySample.put(result.sample(), result.prediction()));
    return List.copyOf(bySample.values());
  }
}
