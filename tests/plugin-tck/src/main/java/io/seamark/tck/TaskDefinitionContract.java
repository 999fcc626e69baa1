package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.seamark.plugin.Task;
import io.seamark.plugin.TaskDefinition;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every task definition keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class TaskDefinitionContract<H extends Record>
    extends PluginContract<TaskDefinition, H> {
  /** For subclasses. */
  protected TaskDefinitionContract() {}

  @Test
  @DisplayName("no samples are no tasks")
  final void noSamples() throws IOException {
    assertEquals(List.of(), create(SEED).define(List.of()));
  }

  @Test
  @DisplayName("each sample is in exactly one task, in its order, and no task is empty")
  final void partition() throws IOException {
    for (int count : new int[] {1, 2, 60}) {
      List<TaskSample> samples = samples(count);
      List<TaskSample> divided = new ArrayList<>();
      for (Task task : create(SEED).define(samples)) {
        assertFalse(task.samples().isEmpty(), task.entry() + " is empty");
        List<Long> order = task.samples().stream().map(TaskSample::sequence).toList();
        assertEquals(order.stream().sorted().toList(), order, "order in " + task.entry());
        divided.addAll(task.samples());
      }
      divided.sort(Comparator.comparingLong(TaskSample::sequence));
      assertEquals(samples, divided);
    }
  }

  @Test
  @DisplayName("tasks have different names")
  final void names() throws IOException {
    List<String> names = create(SEED).define(samples(60)).stream().map(Task::entry).toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  @Test
  @DisplayName("samples of which nothing is known are taken")
  final void nothingKnown() throws IOException {
    List<TaskSample> samples = List.of(new TaskSample(0, Map.of()), new TaskSample(1, Map.of()));
    assertEquals(
        2, create(SEED).define(samples).stream().mapToInt(task -> task.samples().size()).sum());
  }

  @Test
  @DisplayName("the same samples give the same tasks, also after others")
  final void deterministic() throws IOException {
    TaskDefinition definition = create(SEED);
    List<Task> first = definition.define(samples(60));
    definition.define(samples(7));
    assertEquals(first, definition.define(samples(60)));
    assertEquals(first, create(SEED).define(samples(60)));
  }

  @Test
  @DisplayName("several threads get the tasks that one gets")
  final void severalThreads() throws Exception {
    TaskDefinition shared = create(SEED);
    List<Callable<List<Task>>> tasks = new ArrayList<>();
    List<List<Task>> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<TaskSample> samples = samples(i % 50);
      tasks.add(() -> shared.define(samples));
      expected.add(create(SEED).define(samples));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  private static List<TaskSample> samples(int count) {
    return Scenes.taskSamples(count);
  }
}
