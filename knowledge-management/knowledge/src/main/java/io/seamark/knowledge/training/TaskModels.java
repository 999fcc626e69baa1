package io.seamark.knowledge.training;

import io.seamark.plugin.TaskGroup;
import java.util.List;
import java.util.Map;

/** Says which model each group of tasks is trained for. */
public interface TaskModels {
  /**
   * Gives each group's samples a model.
   *
   * @param groups as {@code task_relationship_discovery} found them
   * @return index of the model by sequence; a sample that is missing is the first model's
   * @throws IllegalArgumentException if the groups need more models than there can be
   */
  Map<Long, Integer> assign(List<TaskGroup> groups);

  /**
   * How many models there are, those included that {@link #assign} has added.
   *
   * @return at least 1
   */
  int count();
}
