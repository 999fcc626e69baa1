package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskDefinition;

/**
 * {@code TaskDefinitionByDomain}: a task for each domain that the samples' ids name
 * (kubeedge/ianvs, {@code examples/robot-cityscapes-synthia}, {@code
 * task_definition_by_domain.py}).
 *
 * <p>Ianvs's file asks whether a path is the domain's name, so that no sample has a domain, and
 * leaves out what has none. The allocation of the same example asks whether the path holds the
 * name, and gives what holds none the first domain. Both do that here.
 */
public final class DefinitionByDomainProvider
    implements PluginProvider<TaskDefinition, DefinitionByDomainProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param origins names of the domains, with commas between them
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Names of the domains, with commas between them: a sample belongs to the first"
                      + " that its id, such as the path of its image, holds, or else to the first.",
              defaultValue = Grouping.DOMAINS,
              source = "KubeEdge Ianvs, robot-cityscapes-synthia, task_definition_by_domain.py")
          String origins) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byDomain(origins);
    }
  }

  /** Made by the service loader. */
  public DefinitionByDomainProvider() {}

  @Override
  public PluginKind<TaskDefinition> kind() {
    return PluginKind.TASK_DEFINITION;
  }

  @Override
  public String name() {
    return "TaskDefinitionByDomain";
  }

  @Override
  public String text() {
    return "A task for each of the given domains, by the samples' ids.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public TaskDefinition create(Hyperparameters hyperparameters, PluginContext context) {
    var entry = Grouping.byDomain(hyperparameters.origins());
    return samples -> Grouping.by(samples, entry);
  }
}
