package io.seamark.run;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.Metric;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A metric of a run, over the pixels of all labelled frames together; NaN where there are none.
 *
 * @param edge of what the edge said
 * @param system of what was put out
 */
record ScoredAnswers(double edge, double system) {
  /**
   * Computes the metrics that configuration names.
   *
   * @param plugins name the metrics
   * @param edge pixels of the edge's answers
   * @param system pixels of what was put out
   * @return by the metric's name, in the order of configuration
   */
  static Map<String, ScoredAnswers> by(
      ConfiguredPlugins plugins, ConfusionMatrix edge, ConfusionMatrix system) {
    Map<String, ScoredAnswers> metrics = new LinkedHashMap<>();
    for (String name : plugins.names(PluginKind.METRIC)) {
      Metric metric = plugins.create(PluginKind.METRIC, name);
      metrics.put(name, new ScoredAnswers(metric.compute(edge), metric.compute(system)));
    }
    return metrics;
  }
}
