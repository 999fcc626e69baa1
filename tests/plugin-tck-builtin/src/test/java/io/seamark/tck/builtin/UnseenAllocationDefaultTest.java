package io.seamark.tck.builtin;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskAllocation;
import io.seamark.task.UnseenAllocationDefaultProvider;
import io.seamark.tck.UnseenTaskAllocationContract;

/** {@code UnseenTaskAllocationDefault}. */
class UnseenAllocationDefaultTest extends UnseenTaskAllocationContract<NoHyperparameters> {
  @Override
  protected PluginProvider<UnseenTaskAllocation, NoHyperparameters> provider() {
    return new UnseenAllocationDefaultProvider();
  }
}
