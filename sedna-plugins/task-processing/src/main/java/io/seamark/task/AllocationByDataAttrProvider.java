package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;

/**
 * {@code TaskAllocationByDataAttr}: The task that TaskDefinitionByDataAttr makes of the same
 * values; the first if there is none.
 */
public final class AllocationByDataAttrProvider
    implements PluginProvider<TaskAllocation, AllocationByDataAttrProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param attribute names of attributes, with commas between them
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Names of the attributes whose values name the task, with commas between them: of"
                      + " domain, edge and id. The same as of TaskDefinitionByDataAttr.",
              defaultValue = "domain",
              source = "KubeEdge Sedna, seen_task_learning/task_allocation")
          String attribute) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byAttributes(attribute);
    }
  }

  @Override
  public PluginKind<TaskAllocation> kind() {
    return PluginKind.TASK_ALLOCATION;
  }

  @Override
  public String name() {
    return "TaskAllocationByDataAttr";
  }

  @Override
  public String text() {
    return "The task that TaskDefinitionByDataAttr makes of the same values; the first if there is none.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public TaskAllocation create(Hyperparameters hyperparameters, PluginContext context) {
    var entry = Grouping.byAttributes(hyperparameters.attribute());
    return (extractor, samples) -> Grouping.indices(extractor, samples, entry);
  }
}
