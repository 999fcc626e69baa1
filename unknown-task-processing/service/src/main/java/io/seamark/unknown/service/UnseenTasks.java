package io.seamark.unknown.service;

import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBuffer.Entry;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenTaskAllocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names the tasks of unseen samples whose source does not say their domain. The tasks are the
 * domains in the buffer, in the order in which they came. As thread-safe as its plugin.
 */
final class UnseenTasks {
  private final UnseenTaskAllocation allocation;
  private final ReplayBuffer buffer;

  UnseenTasks(UnseenTaskAllocation allocation, ReplayBuffer buffer) {
    this.allocation = allocation;
    this.buffer = buffer;
  }

  /**
   * The sample as it is stored.
   *
   * @param sample as received
   * @param known the same for plugins
   * @return with its task for a domain if it had none; itself if it had one or no task is known
   */
  HardSample named(HardSample sample, TaskSample known) {
    if (!sample.domain().isEmpty()) {
      return sample;
    }
    List<String> tasks =
        buffer.entries().map(Entry::domain).filter(d -> !d.isEmpty()).distinct().toList();
    if (tasks.isEmpty()) {
      return sample;
    }
    Map<String, Integer> extractor = new HashMap<>();
    tasks.forEach(task -> extractor.put(task, extractor.size()));
    List<Integer> indices = allocation.allocate(Map.copyOf(extractor), List.of(known));
    // As in Sedna, an index that no task has means the first.
    int index = indices.size() == 1 ? indices.get(0) : 0;
    return sample.withDomain(tasks.get(index >= 0 && index < tasks.size() ? index : 0));
  }
}
