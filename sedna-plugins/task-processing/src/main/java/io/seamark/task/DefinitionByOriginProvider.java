package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;

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
              defaultValue = Grouping.CITIES,
              source = "KubeEdge Sedna, TaskAllocationByOrigin: Cityscapes's cities")
          String real) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byOrigin(real);
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
    var entry = Grouping.byOrigin(hyperparameters.real());
    return samples -> Grouping.by(samples, entry);
  }
}
