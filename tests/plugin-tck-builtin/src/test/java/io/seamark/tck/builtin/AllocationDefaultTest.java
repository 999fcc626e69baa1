package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;
import io.seamark.task.AllocationDefaultProvider;
import io.seamark.tck.TaskAllocationContract;

/** {@code TaskAllocationDefault}. */
class AllocationDefaultTest extends TaskAllocationContract<NoHyperparameters> {
  @Override
  protected PluginProvider<TaskAllocation, NoHyperparameters> provider() {
    return new AllocationDefaultProvider();
  }
}
