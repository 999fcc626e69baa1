package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;

/**
 * {@code TaskAllocationByOrigin}: the task that {@link DefinitionByOriginProvider} makes; the first
 * if there is none.
 */
public final class AllocationByOriginProvider
    implements PluginProvider<TaskAllocation, AllocationByOriginProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param real parts of the ids of real samples, with commas between them
   * @param origins names of the tasks, with commas between them, or empty for real and sim
   * @param origin the task of every sample, or empty to tell it by the id
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Parts of the ids of real samples, with commas between them. The same as of"
                      + " TaskDefinitionByOrigin.",
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
          String origins,
      @Hyperparameter(
              name = "default",
              text = "Task of every sample, such as real. Empty to tell it by the id.",
              defaultValue = "",
              source = "KubeEdge Sedna, TaskAllocationByOrigin")
          String origin) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byOrigin(real, origins);
    }
  }

  @Override
  public PluginKind<TaskAllocation> kind() {
    return PluginKind.TASK_ALLOCATION;
  }

  @Override
  public String name() {
    return "TaskAllocationByOrigin";
  }

  @Override
  public String text() {
    return "The task that TaskDefinitionByOrigin makes; the first if there is none.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public TaskAllocation create(Hyperparameters hyperparameters, PluginContext context) {
    String origin = hyperparameters.origin();
    var entry = Grouping.byOrigin(hyperparameters.real(), hyperparameters.origins());
    return (extractor, samples) ->
        Grouping.indices(extractor, samples, origin.isEmpty() ? entry : sample -> origin);
  }
}
