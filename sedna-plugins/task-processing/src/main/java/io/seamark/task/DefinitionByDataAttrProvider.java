package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;

/**
 * {@code TaskDefinitionByDataAttr}: One task for each combination of values of the samples'
 * attributes.
 */
public final class DefinitionByDataAttrProvider
    implements PluginProvider<TaskDefinition, DefinitionByDataAttrProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param attribute names of attributes, with commas between them
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Names of the attributes whose values name the task, with commas between them: of"
                      + " domain, edge and id.",
              defaultValue = "domain",
              source = "KubeEdge Sedna, seen_task_learning/task_definition")
          String attribute) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byAttributes(attribute);
    }
  }

  @Override
  public PluginKind<TaskDefinition> kind() {
    return PluginKind.TASK_DEFINITION;
  }

  @Override
  public String name() {
    return "TaskDefinitionByDataAttr";
  }

  @Override
  public String text() {
    return "One task for each combination of values of the samples' attributes.";
  }

  @Override
  public Class<DefinitionByDataAttrProvider.Hyperparameters> hyperparameters() {
    return DefinitionByDataAttrProvider.Hyperparameters.class;
  }

  @Override
  public TaskDefinition create(Hyperparameters hyperparameters, PluginContext context) {
    var entry = Grouping.byAttributes(hyperparameters.attribute());
    return samples -> Grouping.by(samples, entry);
  }
}
