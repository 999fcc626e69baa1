package io.seamark.task;

import io.seamark.plugin.NoHyperparameters;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.TaskAllocation;
import java.util.Collections;

/** {@code TaskAllocationDefault}: Every frame belongs to the first task. */
public final class AllocationDefaultProvider
    implements PluginProvider<TaskAllocation, NoHyperparameters> {
  @Override
  public PluginKind<TaskAllocation> kind() {
    return PluginKind.TASK_ALLOCATION;
  }

  @Override
  public String name() {
    return "TaskAllocationDefault";
  }

  @Override
  public String text() {
    return "Every frame belongs to the first task.";
  }

  @Override
  public Class<NoHyperparameters> hyperparameters() {
    return NoHyperparameters.class;
  }

  @Override
  public TaskAllocation create(NoHyperparameters none, PluginContext context) {
    return (extractor, samples) -> Collections.nCopies(samples.size(), 0);
  }
}
