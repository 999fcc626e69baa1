package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;
import io.seamark.task.AllocationByDomainProvider;
import io.seamark.tck.TaskAllocationContract;

/** {@code TaskAllocationByDomain}. */
class AllocationByDomainTest
    extends TaskAllocationContract<AllocationByDomainProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskAllocation, AllocationByDomainProvider.Hyperparameters> provider() {
    return new AllocationByDomainProvider();
  }
}
