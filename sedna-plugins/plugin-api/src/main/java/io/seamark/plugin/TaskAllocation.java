package io.seamark.plugin;

import java.util.List;
import java.util.Map;

/** Says which seen task a sample belongs to before it is labelled, and so which model labels it. */
public interface TaskAllocation {
  /**
   * Allocates samples to tasks.
   *
   * @param extractor index of each seen task by its name (Sedna's task extractor); empty where one
   *     model labels everything
   * @param samples to be labelled
   * @return for each sample the index of its task, in their order; 0 for a sample whose task the
   *     extractor does not have
   */
  List<Integer> allocate(Map<String, Integer> extractor, List<TaskSample> samples);
}
