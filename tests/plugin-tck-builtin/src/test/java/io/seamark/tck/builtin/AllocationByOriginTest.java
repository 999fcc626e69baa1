package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;
import io.seamark.task.AllocationByOriginProvider;
import io.seamark.tck.TaskAllocationContract;

/** {@code TaskAllocationByOrigin}. */
class AllocationByOriginTest
    extends TaskAllocationContract<AllocationByOriginProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskAllocation, AllocationByOriginProvider.Hyperparameters> provider() {
    return new AllocationByOriginProvider();
  }
}
