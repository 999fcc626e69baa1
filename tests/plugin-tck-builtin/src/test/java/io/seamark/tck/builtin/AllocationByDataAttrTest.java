package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;
import io.seamark.task.AllocationByDataAttrProvider;
import io.seamark.tck.TaskAllocationContract;

/** {@code TaskAllocationByDataAttr}. */
class AllocationByDataAttrTest
    extends TaskAllocationContract<AllocationByDataAttrProvider.Hyperparameters> {
  @Override
  protected PluginProvider<TaskAllocation, AllocationByDataAttrProvider.Hyperparameters>
      provider() {
    return new AllocationByDataAttrProvider();
  }
}
