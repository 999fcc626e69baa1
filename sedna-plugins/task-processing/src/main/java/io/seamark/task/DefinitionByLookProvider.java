package io.seamark.task;

import io.seamark.perception.Look;
import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.Task;
import io.seamark.plugin.TaskDefinition;
import io.seamark.plugin.TaskSample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code TaskDefinitionByLook}: one task for each domain where every sample names its own; else the
 * tasks are found by the light and colours of the frames ({@link LookClusters}).
 */
public final class DefinitionByLookProvider
    implements PluginProvider<TaskDefinition, DefinitionByLookProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param most tasks that are found at most
   * @param apart mean silhouette from which tasks are apart
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Tasks that are found by light and colours at most.",
              defaultValue = "8",
              min = 1,
              max = 64)
          int most,
      @Hyperparameter(
              text =
                  "Mean silhouette from which tasks found are apart, -1 to 1: there are as many"
                      + " tasks as reach it. From 0.5 on there is a structure, by Kaufman and"
                      + " Rousseeuw 1990.",
              defaultValue = "0.5",
              min = -1,
              max = 1,
              source = "Rousseeuw 1987, Silhouettes")
          double apart) {}

  /** Made by the service loader. */
  public DefinitionByLookProvider() {}

  @Override
  public PluginKind<TaskDefinition> kind() {
    return PluginKind.TASK_DEFINITION;
  }

  @Override
  public String name() {
    return "TaskDefinitionByLook";
  }

  @Override
  public String text() {
    return "One task for each domain where every sample names its own; else tasks are found by the"
        + " light and colours of the frames.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public TaskDefinition create(Hyperparameters hyperparameters, PluginContext context) {
    return samples -> define(samples, hyperparameters);
  }

  private static List<Task> define(List<TaskSample> samples, Hyperparameters hyperparameters) {
    if (samples.stream().allMatch(sample -> sample.attributes().containsKey(TaskSample.DOMAIN))) {
      return Grouping.by(samples, Grouping.byAttributes(TaskSample.DOMAIN));
    }
    List<TaskSample> seen = new ArrayList<>();
    List<Look> looks = new ArrayList<>();
    for (TaskSample sample : samples) {
      String look = sample.attributes().get(TaskSample.LOOK);
      if (look != null) {
        seen.add(sample);
        looks.add(Look.parse(look));
      }
    }
    Map<Long, String> names = new HashMap<>();
    if (!looks.isEmpty()) {
      int[] clusters = LookClusters.of(looks, hyperparameters.most(), hyperparameters.apart());
      for (int i = 0; i < clusters.length; i++) {
        names.put(seen.get(i).sequence(), "look_" + (clusters[i] + 1));
      }
    }
    // What has no look, such as a sample that an earlier release stored, is told by its domain.
    var byDomain = Grouping.byAttributes(TaskSample.DOMAIN);
    return Grouping.by(
        samples,
        sample -> {
          String name = names.get(sample.sequence());
          return name == null ? byDomain.apply(sample) : name;
        });
  }
}
