package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;
import io.seamark.plugin.TaskSample;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code TaskDefinitionByDataAttr}: One task for each combination of values of the samples'
 * attributes.
 */
public final class DefinitionByDataAttrProvider
    implements PluginProvider<TaskDefinition, DefinitionByDataAttrProvider.Hyperparameters> {
  /** Stands for an attribute that a sample does not have. */
  public static final String UNKNOWN = "unknown";

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
      Grouping.parts("attribute", attribute);
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
    List<String> names = Grouping.parts("attribute", hyperparameters.attribute());
    return samples -> Grouping.by(samples, sample -> entry(sample, names));
  }

  private static String entry(TaskSample sample, List<String> names) {
    return names.stream()
        .map(name -> sample.attributes().getOrDefault(name, UNKNOWN))
        .collect(Collectors.joining("_"));
  }
}
