package io.seamark.plugin;

import java.util.List;

/**
 * Samples that belong together, such as those of one weather (Sedna's {@code Task}).
 *
 * @param entry its name, not empty
 * @param samples in the order in which they came
 */
public record Task(String entry, List<TaskSample> samples) {
  /** Checks the name and copies the list. */
  public Task {
    if (entry.isEmpty()) {
      throw new IllegalArgumentException("entry of a task is empty, but must name it");
    }
    samples = List.copyOf(samples);
  }
}
