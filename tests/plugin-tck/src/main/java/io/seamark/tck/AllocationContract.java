package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every allocation keeps, of seen tasks and of unseen ones.
 *
 * @param <P> the kind's interface
 * @param <H> the provider's hyperparameters
 */
abstract class AllocationContract<P, H extends Record> extends PluginContract<P, H> {
  private static final Map<String, Integer> EXTRACTOR = Map.of("day", 3, "dusk", 1, "unknown", 4);

  abstract List<Integer> allocate(P plugin, Map<String, Integer> tasks, List<TaskSample> samples);

  @Test
  @DisplayName("no samples get no indices")
  final void noSamples() throws IOException {
    assertEquals(List.of(), allocate(create(SEED), EXTRACTOR, List.of()));
  }

  @Test
  @DisplayName("each sample gets the index of a task that there is, or 0")
  final void oneIndexEach() throws IOException {
    for (int count : new int[] {1, 2, 60}) {
      List<Integer> indices = allocate(create(SEED), EXTRACTOR, Scenes.taskSamples(count));
      assertEquals(count, indices.size());
      for (int index : indices) {
        assertTrue(index == 0 || EXTRACTOR.containsValue(index), "there is no task " + index);
      }
    }
  }

  @Test
  @DisplayName("where no task is known every sample gets 0")
  final void noTasks() throws IOException {
    assertEquals(
        Collections.nCopies(60, 0), allocate(create(SEED), Map.of(), Scenes.taskSamples(60)));
  }

  @Test
  @DisplayName("samples of which nothing is known are taken")
  final void nothingKnown() throws IOException {
    List<TaskSample> samples = List.of(new TaskSample(0, Map.of()), new TaskSample(1, Map.of()));
    assertEquals(2, allocate(create(SEED), EXTRACTOR, samples).size());
  }

  @Test
  @DisplayName("the same samples get the same indices, also after others")
  final void deterministic() throws IOException {
    P allocation = create(SEED);
    List<Integer> first = allocate(allocation, EXTRACTOR, Scenes.taskSamples(60));
    allocate(allocation, Map.of("night", 1), Scenes.taskSamples(7));
    assertEquals(first, allocate(allocation, EXTRACTOR, Scenes.taskSamples(60)));
    assertEquals(first, allocate(create(SEED), EXTRACTOR, Scenes.taskSamples(60)));
  }

  @Test
  @DisplayName("several threads get the indices that one gets")
  final void severalThreads() throws Exception {
    P shared = create(SEED);
    List<Callable<List<Integer>>> tasks = new ArrayList<>();
    List<List<Integer>> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<TaskSample> samples = Scenes.taskSamples(i % 50);
      tasks.add(() -> allocate(shared, EXTRACTOR, samples));
      expected.add(allocate(create(SEED), EXTRACTOR, samples));
    }
    assertEquals(expected, Scenes.together(tasks));
  }
}
