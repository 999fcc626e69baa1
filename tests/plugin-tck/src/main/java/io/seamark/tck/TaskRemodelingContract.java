package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.TaskRemodeling;
import io.seamark.plugin.TaskRemodeling.ModelSamples;
import io.seamark.plugin.TaskSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every task remodeling keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class TaskRemodelingContract<H extends Record>
    extends PluginContract<TaskRemodeling, H> {
  /** For subclasses. */
  protected TaskRemodelingContract() {}

  @Test
  @DisplayName("no samples train no model")
  final void noSamples() throws IOException {
    assertEquals(List.of(), create(SEED).remodel(List.of(), List.of(), 1));
  }

  @Test
  @DisplayName("each sample is with exactly one model that there is, in its order")
  final void partition() throws IOException {
    for (int available : new int[] {1, 2, 5}) {
      List<TaskSample> samples = Scenes.taskSamples(60);
      List<TaskSample> gathered = new ArrayList<>();
      int before = -1;
      for (ModelSamples each : create(SEED).remodel(samples, models(60), available)) {
        assertTrue(each.model() > before, "models are not ascending");
        assertTrue(each.model() < available, "model " + each.model() + " of " + available);
        assertFalse(each.samples().isEmpty(), "model " + each.model() + " has no samples");
        List<Long> order = each.samples().stream().map(TaskSample::sequence).toList();
        assertEquals(order.stream().sorted().toList(), order);
        gathered.addAll(each.samples());
        before = each.model();
      }
      gathered.sort(Comparator.comparingLong(TaskSample::sequence));
      assertEquals(samples, gathered);
    }
  }

  @Test
  @DisplayName("the same samples give the same models, also after others")
  final void deterministic() throws IOException {
    TaskRemodeling remodeling = create(SEED);
    List<ModelSamples> first = remodeling.remodel(Scenes.taskSamples(60), models(60), 3);
    remodeling.remodel(Scenes.taskSamples(4), models(4), 2);
    assertEquals(first, remodeling.remodel(Scenes.taskSamples(60), models(60), 3));
    assertEquals(first, create(SEED).remodel(Scenes.taskSamples(60), models(60), 3));
  }

  @Test
  @DisplayName("several threads get the models that one gets")
  final void severalThreads() throws Exception {
    TaskRemodeling shared = create(SEED);
    List<Callable<List<ModelSamples>>> tasks = new ArrayList<>();
    List<List<ModelSamples>> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int count = i % 50;
      tasks.add(() -> shared.remodel(Scenes.taskSamples(count), models(count), 3));
      expected.add(create(SEED).remodel(Scenes.taskSamples(count), models(count), 3));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  /** Some are out of range on either side. */
  private static List<Integer> models(int count) {
    List<Integer> models = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      models.add(i % 8 - 2);
    }
    return models;
  }
}
