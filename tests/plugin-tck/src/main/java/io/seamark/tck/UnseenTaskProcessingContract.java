package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.plugin.MemoryNeed;
import io.seamark.plugin.UnseenTaskProcessing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every unseen-task processing keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class UnseenTaskProcessingContract<H extends Record>
    extends PluginContract<UnseenTaskProcessing, H> {
  /** For subclasses. */
  protected UnseenTaskProcessingContract() {}

  @Test
  @DisplayName("every pixel of the frame gets a class of the model or stays undecided")
  final void everyPixelIsAnswered() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    for (int classes : new int[] {1, 11}) {
      sound(processing, Scenes.frame(1, 48, 32, true), Scenes.scores(1, classes, 12, 8));
    }
  }

  @Test
  @DisplayName("frames of one pixel and of odd sizes are answered")
  final void oddSizes() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    for (int[] size : Scenes.SIZES) {
      sound(
          processing,
          Scenes.frame(2, size[0], size[1], false),
          Scenes.scores(2, 4, (size[0] + 3) / 4, (size[1] + 3) / 4));
    }
  }

  @Test
  @DisplayName("scores that are not finite are refused")
  final void notFiniteIsRefused() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    ClassScores scores = Scenes.scores(3, 5, 6, 4);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      ClassScores broken = Scenes.with(scores, 50, value);
      assertThrows(
          IllegalArgumentException.class,
          () -> processing.process(Scenes.frame(3, 24, 16, false), broken));
    }
  }

  @Test
  @DisplayName("the same frame and scores give the same answer")
  final void deterministic() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    List<?> first = answer(processing, 4);
    answer(processing, 5);
    assertEquals(first, answer(processing, 4));
    assertEquals(first, answer(create(SEED), 4));
  }

  @Test
  @DisplayName("frame and scores are not changed")
  final void inputIsLeftAlone() throws IOException {
    Frame frame = Scenes.frame(6, 24, 16, false);
    ClassScores scores = Scenes.scores(6, 5, 24, 16);
    byte[] rgb = frame.rgb().clone();
    float[] logits = scores.logits().clone();
    create(SEED).process(frame, scores);
    assertArrayEquals(rgb, frame.rgb());
    assertArrayEquals(logits, scores.logits());
  }

  @Test
  @DisplayName("several threads get the answers that one gets")
  final void severalThreads() throws Exception {
    UnseenTaskProcessing shared = create(SEED);
    List<Callable<List<?>>> tasks = new ArrayList<>();
    List<List<?>> expected = new ArrayList<>();
    for (int i = 0; i < Scenes.THREADS; i++) {
      int seed = i % 3;
      expected.add(answer(shared, seed));
      tasks.add(() -> answer(shared, seed));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  @Test
  @DisplayName("what a frame takes is known before, and no less for a larger one")
  final void memoryIsKnown() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    MemoryNeed small = processing.memory(24, 16, 5);
    MemoryNeed large = processing.memory(240, 160, 5);
    assertTrue(small.heap() >= 24 * 16, small + " holds no answer");
    assertTrue(large.heap() >= small.heap() && large.outside() >= small.outside(), "" + large);
    assertTrue(processing.memory(240, 160, 50).heap() >= large.heap());
  }

  @Test
  @DisplayName("a frame without scores is labelled, or the reason why not is said")
  final void labelsOrSaysWhyNot() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    Frame frame = Scenes.frame(8, 24, 16, false);
    if (processing.unlabelled().isEmpty()) {
      sound(processing, frame, processing.label(frame));
    } else {
      assertThrows(IllegalStateException.class, () -> processing.label(frame));
    }
  }

  @Test
  @DisplayName("it can be closed twice after work")
  final void closesAfterWork() throws IOException {
    UnseenTaskProcessing processing = create(SEED);
    answer(processing, 7);
    processing.close();
    assertDoesNotThrow(processing::close);
  }

  private static List<?> answer(UnseenTaskProcessing processing, long seed) {
    return Scenes.content(
        processing
            .process(Scenes.frame(seed, 24, 16, false), Scenes.scores(seed, 5, 6, 4))
            .classMap());
  }

  private static void sound(UnseenTaskProcessing processing, Frame frame, ClassScores scores) {
    UnseenTaskProcessing.Answer answer = processing.process(frame, scores);
    assertEquals(frame.width(), answer.classMap().width());
    assertEquals(frame.height(), answer.classMap().height());
    assertEquals("", Scenes.undecidedOrClass(answer.classMap(), scores.classes()));
    int before = Integer.MAX_VALUE;
    for (var mask : answer.masks()) {
      assertTrue(mask.area() <= before, "masks are not largest first");
      before = mask.area();
    }
    answer
        .seconds()
        .forEach((stage, time) -> assertTrue(time >= 0 && Double.isFinite(time), stage + time));
  }
}
