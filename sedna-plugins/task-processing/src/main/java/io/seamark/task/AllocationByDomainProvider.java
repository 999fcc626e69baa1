package io.seamark.task;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;

/**
 * {@code TaskAllocationByDomain}: the task that {@link DefinitionByDomainProvider} makes; the first
 * if there is none (kubeedge/ianvs, {@code examples/robot-cityscapes-synthia}, {@code
 * task_allocation_by_domain.py}).
 *
 * <p>Ianvs's file counts the domains in another order than its definition, so that Cityscapes and
 * Synthia change places. Here the index is the definition's.
 */
public final class AllocationByDomainProvider
    implements PluginProvider<TaskAllocation, AllocationByDomainProvider.Hyperparameters> {
  /**
   * What can be set.
   *
   * @param origins names of the domains, with commas between them
   * @param domain the domain of every sample, or empty to tell it by the id
   */
  public record Hyperparameters(
      @Hyperparameter(
              text =
                  "Names of the domains, with commas between them: a sample belongs to the first"
                      + " that its id, such as the path of its image, holds, or else to the first."
                      + " The same as of TaskDefinitionByDomain.",
              defaultValue = Grouping.DOMAINS,
              source = "KubeEdge Ianvs, robot-cityscapes-synthia, task_allocation_by_domain.py")
          String origins,
      @Hyperparameter(
              name = "default",
              text = "Domain of every sample, such as Synthia. Empty to tell it by the id.",
              defaultValue = "",
              source = "KubeEdge Ianvs, robot-cityscapes-synthia, task_allocation_by_domain.py")
          String domain) {
    /** Checks the names. */
    public Hyperparameters {
      Grouping.byDomain(origins);
    }
  }

  /** Made by the service loader. */
  public AllocationByDomainProvider() {}

  @Override
  public PluginKind<TaskAllocation> kind() {
    return PluginKind.TASK_ALLOCATION;
  }

  @Override
  public String name() {
    return "TaskAllocationByDomain";
  }

  @Override
  public String text() {
    return "The task that TaskDefinitionByDomain makes; the first if there is none.";
  }

  @Override
  public Class<Hyperparameters> hyperparameters() {
    return Hyperparameters.class;
  }

  @Override
  public TaskAllocation create(Hyperparameters hyperparameters, PluginContext context) {
    String domain = hyperparameters.domain();
    var entry = Grouping.byDomain(hyperparameters.origins());
    return (extractor, samples) ->
        Grouping.indices(extractor, samples, domain.isEmpty() ? entry : sample -> domain);
  }
}
