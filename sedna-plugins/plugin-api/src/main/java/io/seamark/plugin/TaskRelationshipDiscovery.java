package io.seamark.plugin;

import java.util.List;

/** Finds the tasks that share a model. The same tasks give the same groups. */
public interface TaskRelationshipDiscovery {
  /**
   * Groups tasks.
   *
   * @param tasks of different names
   * @return groups of different names; each task is in exactly one
   */
  List<TaskGroup> discover(List<Task> tasks);
}
