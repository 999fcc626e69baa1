package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;

/**
 * {@code TaskDefinitionByOrigin}: A task for each of the given origins, by the samples' ids;
 * without them real and sim.
 */
public final class DefinitionByOriginProvider
    implements PluginProvider<TaskDefinition, DefinitionByOriginProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param real parts of the ids of real samples, with commas between them
   * @param origins names of the tasks, with commas between them, or empty for real and sim
   */
  public record Hyperparameters(
      @Hyperparameter(
              text = "Parts of the ids of real samples, with commas between them.",
              defaultValue = Grouping.CITIES,
              source = "KubeEdge Sedna, TaskAllocationByOrigin: Cityscapes's cities")
          String real,
      @Hyperparameter(
              text =
                  "Names of the tasks, with commas between them. If one of them is real, a sample"
                      + " whose id holds a part that parameter real lists belongs to it. Any other"
                      + " sample belongs to the first name that its id holds, or else to the last."
                      + " Empty for real and sim.",
              defaultValue = "",
              source = "KubeEdge Ianvs, lifelong_learning_bench")
          String origins) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byOrigin(real, origins);
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
    return "A task for each of the given origins, by the samples' ids; without them real and sim.";
  }

  @Override
  public Class<DefinitionByOriginProvider.Hyperparameters> hyperparameters() {
    return DefinitionByOriginProvider.Hyperparameters.class;
  }

  @Override
  public TaskDefinition create(Hyperparameters hyperparameters, PluginContext context) {
    var entry = Grouping.byOrigin(hyperparameters.real(), hyperparameters.origins());
    return samples -> Grouping.by(samples, entry);
  }
}
