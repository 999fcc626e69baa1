package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.plugin.Task;
import io.seamark.plugin.TaskGroup;
import io.seamark.plugin.TaskRelationshipDiscovery;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every task-relationship discovery keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class TaskRelationshipDiscoveryContract<H extends Record>
    extends PluginContract<TaskRelationshipDiscovery, H> {
  /** For subclasses. */
  protected TaskRelationshipDiscoveryContract() {}

  @Test
  @DisplayName("no tasks are no groups")
  final void noTasks() throws IOException {
    assertEquals(List.of(), create(SEED).discover(List.of()));
  }

  @Test
  @DisplayName("each task is in exactly one group")
  final void partition() throws IOException {
    for (int count : new int[] {1, 2, 9}) {
      List<Task> grouped = new ArrayList<>();
      create(SEED).discover(tasks(count)).forEach(group -> grouped.addAll(group.tasks()));
      grouped.sort(Comparator.comparing(Task::entry));
      assertEquals(tasks(count), grouped);
    }
  }

  @Test
  @DisplayName("groups have different names")
  final void names() throws IOException {
    List<String> names = create(SEED).discover(tasks(9)).stream().map(TaskGroup::entry).toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  @Test
  @DisplayName("the same tasks give the same groups, also after others")
  final void deterministic() throws IOException {
    TaskRelationshipDiscovery discovery = create(SEED);
    List<TaskGroup> first = discovery.discover(tasks(9));
    discovery.discover(tasks(2));
    assertEquals(first, discovery.discover(tasks(9)));
    assertEquals(first, create(SEED).discover(tasks(9)));
  }

  @Test
  @DisplayName("several threads get the groups that one gets")
  final void severalThreads() throws Exception {
    TaskRelationshipDiscovery shared = create(SEED);
    List<Callable<List<TaskGroup>>> calls = new ArrayList<>();
    List<List<TaskGroup>> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<Task> tasks = tasks(i % 9);
      calls.add(() -> shared.discover(tasks));
      expected.add(create(SEED).discover(tasks));
    }
    assertEquals(expected, Scenes.together(calls));
  }

  private static List<Task> tasks(int count) {
    List<TaskSample> samples = Scenes.taskSamples(count * 5);
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(new Task("task " + i, samples.subList(5 * i, 5 * i + 5)));
    }
    return tasks;
  }
}
