package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.Metric;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every metric keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class MetricContract<H extends Record> extends PluginContract<Metric, H> {
  private static final int CLASSES = 5;

  /** For subclasses. */
  protected MetricContract() {}

  /**
   * The figure of answers that are right everywhere.
   *
   * @return 1 unless overridden
   */
  protected double perfect() {
    return 1;
  }

  @Test
  @DisplayName("where nothing was counted there is no figure")
  final void nothingCounted() throws IOException {
    assertTrue(Double.isNaN(create(SEED).compute(new ConfusionMatrix(CLASSES))));
  }

  @Test
  @DisplayName("answers that are right everywhere get the perfect figure")
  final void perfectAnswer() throws IOException {
    for (int classes : new int[] {1, 2, CLASSES, 255}) {
      ClassMap label = label(1, classes);
      assertEquals(perfect(), create(SEED).compute(counts(classes, label, label)), 1e-12);
    }
  }

  @Test
  @DisplayName("the more pixels are wrong, the further the figure is from perfect")
  final void wrongAnswers() throws IOException {
    Metric metric = create(SEED);
    ClassMap label = label(2, CLASSES);
    double before = 0;
    for (int wrong : new int[] {1, 20, 80, 192}) {
      byte[] classes = label.classes().clone();
      for (int i = 0; i < wrong; i++) {
        classes[i] = (byte) ((classes[i] + 1) % CLASSES);
      }
      double figure = metric.compute(counts(CLASSES, label, new ClassMap(16, 12, classes)));
      assertTrue(Double.isFinite(figure), wrong + " wrong pixels give " + figure);
      double distance = Math.abs(figure - perfect());
      assertTrue(distance > before, wrong + " wrong pixels are " + distance + " from perfect");
      before = distance;
    }
  }

  @Test
  @DisplayName("undecided pixels are not right ones")
  final void undecided() throws IOException {
    ClassMap label = label(3, CLASSES);
    byte[] none = new byte[16 * 12];
    Arrays.fill(none, (byte) ClassMap.IGNORE);
    double figure = create(SEED).compute(counts(CLASSES, label, new ClassMap(16, 12, none)));
    assertTrue(Double.isFinite(figure) && figure != perfect(), "undecided gives " + figure);
  }

  @Test
  @DisplayName("one pixel is enough")
  final void onePixel() throws IOException {
    ClassMap pixel = new ClassMap(1, 1, new byte[] {2});
    assertEquals(perfect(), create(SEED).compute(counts(CLASSES, pixel, pixel)), 1e-12);
  }

  @Test
  @DisplayName("the counts are not changed and give the same figure again")
  final void countsAreLeftAlone() throws IOException {
    Metric metric = create(SEED);
    ConfusionMatrix counts = counts(CLASSES, label(4, CLASSES), label(5, CLASSES));
    double first = metric.compute(counts);
    assertEquals(16 * 12, counts.labelledPixels());
    assertEquals(first, metric.compute(counts));
    assertEquals(first, create(SEED).compute(counts));
  }

  @Test
  @DisplayName("several threads get the figures that one gets")
  final void severalThreads() throws Exception {
    Metric shared = create(SEED);
    List<Callable<Double>> tasks = new ArrayList<>();
    List<Double> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ConfusionMatrix counts = counts(CLASSES, label(i % 7, CLASSES), label(i % 5, CLASSES));
      tasks.add(() -> shared.compute(counts));
      expected.add(create(SEED).compute(counts));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  private static ClassMap label(long seed, int classes) {
    return Scenes.scores(seed, classes, 16, 12).argmax();
  }

  private static ConfusionMatrix counts(int classes, ClassMap label, ClassMap answer) {
    ConfusionMatrix counts = new ConfusionMatrix(classes);
    counts.add(label, answer);
    return counts;
  }
}
