package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Weights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmenterTrainerTest {
  private static final int SIZE = 64;

  /** A bright square on a dark ground, prompted inside and outside. */
  @SuppressWarnings("NullAway")
  private static SegmentSample sample(long seed) {
    Random random = new Random(seed);
    int side = SIZE / 4;
    int x0 = random.nextInt(8);
    int y0 = random.nextInt(4);
    byte[] inside = new byte[side * side];
    byte[] outside = new byte[side * side];
    byte[] rgb = new byte[3 * SIZE * 48];
    byte[] classes = new byte[SIZE * 48];
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < SIZE; x++) {
        boolean in = x / 4 >= x0 && x / 4 < x0 + 6 && y / 4 >= y0 && y / 4 < y0 + 6;
        (in ? inside : outside)[y / 4 * side + x / 4] = 1;
        classes[y * SIZE + x] = (byte) (in ? 1 : 0);
        rgb[3 * (y * SIZE + x)] = (byte) (in ? 220 : 30);
      }
    }
    return new SegmentSample(
        new Frame(SIZE, 48, rgb, null),
        List.of(
            new SegmentSample.Prompt(4 * x0 + 12, 4 * y0 + 12, inside),
            new SegmentSample.Prompt(60, 45, outside)),
        new ClassMap(SIZE, 48, classes));
  }

  @Test
  void overfitsAndDecodesWhatItLearnt() {
    Weights start = PromptableSegmenter.initial(1, SIZE);
    List<SegmentSample> batch = List.of(sample(1), sample(2));
    try (SegmenterTrainer trainer =
        new SegmenterTrainer(start, SIZE, 48, 2, 2, TrainingOptions.fromScratch(2e-3, 2, 1, 2))) {
      double first = trainer.step(batch, 2e-3).loss();
      SegmenterTrainer.Step last = trainer.step(batch, 2e-3);
      for (int i = 0; i < 60; i++) {
        last = trainer.step(batch, 2e-3);
      }
      assertTrue(last.loss() < 0.5 * first, first + " fell to " + last);
      assertTrue(last.iou() > 0.8, "IoU " + last.iou());
      SegmentSample.Prompt prompt = batch.get(0).prompts().get(0);
      SegmenterTrainer.Decoded decoded =
          trainer.decode(batch.get(0).frame(), new float[] {prompt.x(), prompt.y(), 1, 1});
      assertEquals(16, decoded.side());
      assertEquals(2 * 4 * 16 * 16, decoded.masks().length);
      assertEquals(2 * 4, decoded.iou().length);
      assertEquals(start.tensors().keySet(), trainer.snapshot().tensors().keySet());
    }
  }
}
