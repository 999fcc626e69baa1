package io.seamark.plugin;

import java.util.List;
import java.util.Map;

/**
 * Says, in the cloud, which task an unseen sample belongs to. A stored sample whose domain its
 * source does not name gets its task's name for one.
 */
public interface UnseenTaskAllocation {
  /**
   * Allocates samples to tasks.
   *
   * @param extractor index of each task by its name
   * @param samples unseen ones
   * @return for each sample the index of its task, in their order; 0 for a sample whose task the
   *     extractor does not have
   */
  List<Integer> allocate(Map<String, Integer> extractor, List<TaskSample> samples);
}
