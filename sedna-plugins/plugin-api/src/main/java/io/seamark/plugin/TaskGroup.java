package io.seamark.plugin;

import java.util.List;

/**
 * Tasks that share one model (Sedna's {@code TaskGroup}).
 *
 * @param entry its name, not empty
 * @param tasks at least one
 */
public record TaskGroup(String entry, List<Task> tasks) {
  /** Sedna's {@code MIN_TRAIN_SAMPLE}: a group with fewer samples shares the global model. */
  public static final int MIN_TRAIN_SAMPLE = 10;

  /** Checks the name and copies the list. */
  public TaskGroup {
    if (entry.isEmpty() || tasks.isEmpty()) {
      throw new IllegalArgumentException(
          "task group '" + entry + "' must have a name and at least one task");
    }
    tasks = List.copyOf(tasks);
  }

  /**
   * The samples of all its tasks.
   *
   * @return task by task
   */
  public List<TaskSample> samples() {
    return tasks.stream().flatMap(task -> task.samples().stream()).toList();
  }
}
