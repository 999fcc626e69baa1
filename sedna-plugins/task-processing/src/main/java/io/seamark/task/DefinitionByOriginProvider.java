package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.plugin.TaskSample;
import java.util.List;

/**
 * {@code TaskDefinitionByOrigin}: Two tasks: real for samples whose id holds one of the given
 * names, sim for the others.
 */
public final class DefinitionByOriginProvider
    implements PluginProvider<TaskDefinition, DefinitionByOriginProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param real parts of the ids of real samples, with commas between them
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Parts of the ids of real samples, with commas between them.",
              defaultValue =
                  "aachen,berlin,bochum,bremen,cologne,darmstadt,dusseldorf,erfurt,frankfurt",
              source = "KubeEdge Sedna, seen_task_learning/task_definition: Cityscapes's cities")
          String real) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.parts("real", real);
    }
  }

  @Override
  public PluginKind<TaskDefinition> kind() {
    return PluginKind.TASK_DEFINITION;
  }

  @Override
  public String name() {
    return "TaskDefinitionByOrigin";
  }

  @Override
  public String text() {
    return "Two tasks: real for samples whose id holds one of the given names, sim for the others.";
  }

  @Override
  public Class<DefinitionByOriginProvider.Hyperparameters> hyperparameters() {
    return DefinitionByOriginProvider.Hyperparameters.class;
  }

  @Override
  public TaskDefinition create(Hyperparameters hyperparameters, PluginContext context) {
    List<String> names = Grouping.parts("real", hyperparameters.real());
    return samples -> Grouping.by(samples, sample -> real(sample, names) ? "real" : "sim");
  }

  private static boolean real(TaskSample sample, List<String> names) {
    String id = sample.attributes().getOrDefault(TaskSample.ID, "");
    return names.stream().anyMatch(id::contains);
  }
}
