package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassScores;
import io.seamark.plugin.TaskSample;
import io.seamark.plugin.UnseenSampleReRecognition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every unseen-sample re-recognition keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class UnseenSampleReRecognitionContract<H extends Record>
    extends PluginContract<UnseenSampleReRecognition, H> {
  /** For subclasses. */
  protected UnseenSampleReRecognitionContract() {}

  @Test
  @DisplayName("the same samples in the same order get the same answers")
  final void deterministic() throws IOException {
    assertEquals(answers(create(SEED)), answers(create(SEED)));
  }

  @Test
  @DisplayName("one class, one pixel and odd sizes are taken")
  final void oddSizes() throws IOException {
    UnseenSampleReRecognition again = create(SEED);
    UnseenSampleReRecognition other = create(SEED);
    TaskSample sample = Scenes.taskSamples(1).get(0);
    for (int[] size : Scenes.SIZES) {
      for (int classes : new int[] {1, 4}) {
        ClassScores scores = Scenes.scores(1, classes, size[0], size[1]);
        assertEquals(again.unseen(sample, scores), other.unseen(sample, scores));
      }
    }
  }

  @Test
  @DisplayName("scores are not changed")
  final void inputIsLeftAlone() throws IOException {
    ClassScores scores = Scenes.scores(2, 5, 12, 8);
    float[] logits = scores.logits().clone();
    create(SEED).unseen(Scenes.taskSamples(1).get(0), scores);
    assertArrayEquals(logits, scores.logits());
  }

  @Test
  @DisplayName("several threads get the answers that one gets")
  final void severalThreads() throws Exception {
    UnseenSampleReRecognition shared = create(SEED);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (TaskSample sample : Scenes.taskSamples(60)) {
      tasks.add(() -> shared.unseen(sample, Scenes.scores(sample.sequence(), 5, 12, 8)));
    }
    assertEquals(answers(create(SEED)), Scenes.together(tasks));
  }

  private static List<Boolean> answers(UnseenSampleReRecognition again) {
    return Scenes.taskSamples(60).stream()
        .map(sample -> again.unseen(sample, Scenes.scores(sample.sequence(), 5, 12, 8)))
        .toList();
  }
}
