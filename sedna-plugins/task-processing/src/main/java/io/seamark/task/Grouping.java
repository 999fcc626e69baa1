package io.seamark.task;

import io.seamark.plugin.Task;
import io.seamark.plugin.TaskSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Tasks by a name computed from each sample. */
final class Grouping {
  private Grouping() {}

  /** In the order of the names, so that it does not depend on which sample came first. */
  static List<Task> by(List<TaskSample> samples, Function<TaskSample, String> name) {
    Map<String, List<TaskSample>> byName = new TreeMap<>();
    for (TaskSample sample : samples) {
      byName.computeIfAbsent(name.apply(sample), n -> new ArrayList<>()).add(sample);
    }
    return byName.entrySet().stream().map(e -> new Task(e.getKey(), e.getValue())).toList();
  }

  /** The parts of a comma-separated list, without blanks around them. */
  static List<String> parts(String what, String list) {
    List<String> parts = List.of(list.split(",", -1)).stream().map(String::strip).toList();
    if (parts.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          what + " is '" + list + "', but must be names with commas between them");
    }
    return parts;
  }
}
