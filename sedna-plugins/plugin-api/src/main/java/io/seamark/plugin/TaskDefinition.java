package io.seamark.plugin;

import java.util.List;

/** Divides samples into tasks. The same samples give the same tasks. */
public interface TaskDefinition {
  /**
   * Divides samples.
   *
   * @param samples of one training round
   * @return tasks of different names, none of them empty; each sample is in exactly one
   */
  List<Task> define(List<TaskSample> samples);
}
