package io.seamark.tck;

import io.seamark.plugin.TaskAllocation;
import io.seamark.plugin.TaskSample;
import java.util.List;
import java.util.Map;

/**
 * What every task allocation keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class TaskAllocationContract<H extends Record>
    extends AllocationContract<TaskAllocation, H> {
  /** For subclasses. */
  protected TaskAllocationContract() {}

  @Override
  final List<Integer> allocate(
      TaskAllocation plugin, Map<String, Integer> tasks, List<TaskSample> samples) {
    return plugin.allocate(tasks, samples);
  }
}
