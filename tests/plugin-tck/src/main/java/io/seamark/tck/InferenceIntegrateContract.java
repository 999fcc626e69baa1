package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.Prediction;
import io.seamark.plugin.InferenceIntegrate;
import io.seamark.plugin.InferenceIntegrate.TaskResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every inference integration keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class InferenceIntegrateContract<H extends Record>
    extends PluginContract<InferenceIntegrate, H> {
  /** For subclasses. */
  protected InferenceIntegrateContract() {}

  @Test
  @DisplayName("no results give no predictions")
  final void noResults() throws IOException {
    assertEquals(List.of(), create(SEED).integrate(List.of()));
  }

  @Test
  @DisplayName("each sample gets one prediction of its size, in the order of the samples")
  final void oneEachInOrder() throws IOException {
    List<TaskResult> results = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (int sample = 0; sample < 12; sample++) {
      // Each sample has a width of its own, so that an exchange is seen.
      widths.add(3 + sample);
      for (int task = 0; task <= sample % 3; task++) {
        results.add(result(task, 2 * sample, 3 + sample));
      }
    }
    for (int shuffle = 0; shuffle < 5; shuffle++) {
      Collections.shuffle(results, new Random(shuffle));
      assertEquals(
          widths, create(SEED).integrate(results).stream().map(p -> p.classMap().width()).toList());
    }
  }

  @Test
  @DisplayName("one class, one pixel and odd sizes are taken")
  final void oddSizes() throws IOException {
    for (int[] size : Scenes.SIZES) {
      for (int classes : new int[] {1, 4}) {
        Prediction one = Scenes.prediction(Scenes.scores(3, classes, size[0], size[1]));
        Prediction integrated = create(SEED).integrate(List.of(new TaskResult(0, 0, one))).get(0);
        assertEquals(size[0], integrated.classMap().width());
        assertEquals(size[1], integrated.classMap().height());
        assertEquals("", Scenes.undecidedOrClass(integrated.classMap(), classes));
      }
    }
  }

  @Test
  @DisplayName("results are not changed")
  final void inputIsLeftAlone() throws IOException {
    Prediction one = Scenes.prediction(Scenes.scores(4, 5, 12, 8));
    Prediction other = Scenes.prediction(Scenes.scores(5, 5, 12, 8));
    float[] logits = one.scores().logits().clone();
    byte[] classes = one.classMap().classes().clone();
    create(SEED).integrate(List.of(new TaskResult(0, 0, one), new TaskResult(1, 0, other)));
    assertArrayEquals(logits, one.scores().logits());
    assertArrayEquals(classes, one.classMap().classes());
  }

  @Test
  @DisplayName("the same results give the same predictions, also after others")
  final void deterministic() throws IOException {
    InferenceIntegrate integrate = create(SEED);
    List<?> first = content(integrate, 9);
    content(integrate, 2);
    assertEquals(first, content(integrate, 9));
    assertEquals(first, content(create(SEED), 9));
  }

  @Test
  @DisplayName("several threads get the predictions that one gets")
  final void severalThreads() throws Exception {
    InferenceIntegrate shared = create(SEED);
    List<Callable<List<?>>> tasks = new ArrayList<>();
    List<List<?>> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int count = i % 9;
      tasks.add(() -> content(shared, count));
      expected.add(content(create(SEED), count));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  private static TaskResult result(int task, int sample, int width) {
    return new TaskResult(
        task, sample, Scenes.prediction(Scenes.scores(10L * sample + task, 4, width, 6)));
  }

  private static List<?> content(InferenceIntegrate integrate, int samples) {
    List<TaskResult> results = new ArrayList<>();
    for (int sample = samples - 1; sample >= 0; sample--) {
      results.add(result(0, sample, 8));
      results.add(result(1, sample, 8));
    }
    return integrate.integrate(results).stream().map(p -> Scenes.content(p.classMap())).toList();
  }
}
