package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskRemodeling;
import io.seamark.plugin.TaskRemodeling.ModelSamples;
import io.seamark.plugin.TaskSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code DefaultTaskRemodeling}: Samples by the model that their group asks for; an index that no
 * model has means the first.
 */
public final class DefaultRemodelingProvider
    implements PluginProvider<TaskRemodeling, NoHyperparameters> {
  @Override
  public PluginKind<TaskRemodeling> kind() {
    return PluginKind.TASK_REMODELING;
  }

  @Override
  public String name() {
    return "DefaultTaskRemodeling";
  }

  @Override
  public String text() {
    return "Samples by the model that their group asks for; an index that no model has means the first.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public TaskRemodeling create(NoHyperparameters none, PluginContext context) {
    return DefaultRemodelingProvider::remodel;
  }

  private static List<ModelSamples> remodel(
      List<TaskSample> samples, List<Integer> models, int available) {
    if (samples.size() != models.size()) {
      throw new IllegalArgumentException(
          models.size() + " models are given for " + samples.size() + " samples");
    }
    Map<Integer, List<TaskSample>> byModel = new TreeMap<>();
    for (int i = 0; i < samples.size(); i++) {
      int asked = models.get(i);
      int model = asked >= 0 && asked < available ? asked : 0;
      byModel.computeIfAbsent(model, m -> new ArrayList<>()).add(samples.get(i));
    }
    return byModel.entrySet().stream()
        .map(e -> new ModelSamples(e.getKey(), e.getValue()))
        .toList();
  }
}
