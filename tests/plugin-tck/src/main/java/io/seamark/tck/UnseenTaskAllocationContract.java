package io.seamark.tck;

import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenTaskAllocation;
import java.util.List;
import java.util.Map;

/**
 * What every unseen-task allocation keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class UnseenTaskAllocationContract<H extends Record>
    extends AllocationContract<UnseenTaskAllocation, H> {
  /** For subclasses. */
  protected UnseenTaskAllocationContract() {}

  @Override
  final List<Integer> allocate(
      UnseenTaskAllocation plugin, Map<String, Integer> tasks, List<TaskSample> samples) {
    return plugin.allocate(tasks, samples);
  }
}
