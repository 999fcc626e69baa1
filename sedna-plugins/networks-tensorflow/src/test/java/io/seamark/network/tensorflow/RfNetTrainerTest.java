package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.seamark.network.EdgeModel;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RfNetTrainerTest {
  private static final int WIDTH = 64;
  private static final int HEIGHT = 48;

  /** Coloured rectangles on a ground; the first row is unlabelled. */
  @SuppressWarnings("NullAway")
  private static TrainingSample sample(long seed, boolean withDepth) {
    Random random = new Random(seed);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    byte[] depth = new byte[WIDTH * HEIGHT];
    byte[] classes = new byte[WIDTH * HEIGHT];
    int x0 = random.nextInt(32);
    int y0 = random.nextInt(24);
    for (int i = 0; i < classes.length; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      boolean inside = x >= x0 && x < x0 + 24 && y >= y0 && y < y0 + 20;
      classes[i] = (byte) (inside ? 1 : y > 36 ? 2 : 0);
      rgb[3 * i] = (byte) (inside ? 200 : 40);
      rgb[3 * i + 1] = (byte) (y > 36 ? 180 : 60);
      rgb[3 * i + 2] = (byte) random.nextInt(50);
      depth[i] = (byte) (inside ? 90 : 20);
      if (y == 0) {
        classes[i] = (byte) ClassMap.IGNORE;
      }
    }
    return new TrainingSample(
        new Frame(WIDTH, HEIGHT, rgb, withDepth ? depth : null),
        new ClassMap(WIDTH, HEIGHT, classes));
  }

  private static double train(RfNetTrainer trainer, boolean depth, int steps) {
    List<TrainingSample> batch = List.of(sample(1, depth), sample(2, depth));
    double first = trainer.step(batch);
    double last = first;
    for (int i = 1; i < steps; i++) {
      last = trainer.step(batch);
    }
    return last / first;
  }

  @Test
  void overfitsTwoFrames_fromScratch() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(1, 3, 4, true));
    try (RfNetTrainer trainer =
        new RfNetTrainer(start, WIDTH, HEIGHT, TrainingOptions.fromScratch(0.01, 2, 1, 2))) {
      double ratio = train(trainer, true, 80);
      assertTrue(ratio < 0.2, "loss fell to " + ratio + " of the first");
      EdgeModel trained = trainer.snapshot();
      assertEquals(start.weights().tensors().keySet(), trained.weights().tensors().keySet());
      assertNotEquals(
          start.weights().get("backbone.bn1.running_mean").values()[0],
          trained.weights().get("backbone.bn1.running_mean").values()[0]);
      TrainingSample sample = sample(1, true);
      ConfusionMatrix matrix = new ConfusionMatrix(3);
      matrix.add(sample.target(), trainer.predict(sample.frame()));
      assertTrue(matrix.meanIou() > 0.7, "mIoU " + matrix.meanIou());
      try (RfNetTrainer again =
          new RfNetTrainer(trained, WIDTH, HEIGHT, TrainingOptions.fineTuning(1e-3, 2, 1, 2))) {
        float[] a = trainer.logits(sample.frame());
        float[] b = again.logits(sample.frame());
        for (int i = 0; i < a.length; i++) {
          assertEquals(a[i], b[i], 1e-3);
        }
      }
    }
  }

  @Test
  void fineTuning_learnsAndLeavesRunningStatistics() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(1, 3, 4, false));
    try (RfNetTrainer trainer =
        new RfNetTrainer(start, WIDTH, HEIGHT, TrainingOptions.fineTuning(0.003, 2, 1, 2))) {
      double ratio = train(trainer, false, 60);
      assertTrue(ratio < 0.5, "loss fell to " + ratio + " of the first");
      assertEquals(
          start.weights().get("backbone.bn1.running_var").values()[0],
          trainer.snapshot().weights().get("backbone.bn1.running_var").values()[0]);
    }
  }

  /** Weights and sums stay float32; what a step computes is coarser, and it learns all the same. */
  @Test
  void bfloat16_learnsAsFloat32Does() {
    assumeTrue(Processor.here().bfloat16(), "this processor has no AVX-512 for bfloat16");
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(1, 3, 4, false));
    TrainingOptions options = TrainingOptions.fineTuning(0.003, 2, 1, 2);
    List<TrainingSample> samples = List.of(sample(1, false), sample(2, false));
    double wide;
    try (RfNetTrainer trainer = new RfNetTrainer(start, WIDTH, HEIGHT, options)) {
      wide = trainer.step(samples);
    }
    try (RfNetTrainer trainer =
        new RfNetTrainer(start, WIDTH, HEIGHT, options.withBfloat16(true))) {
      double narrow = trainer.step(samples);
      assertNotEquals(wide, narrow, "it is not on");
      assertEquals(wide, narrow, 0.02 * wide);
      double ratio = train(trainer, false, 60);
      assertTrue(ratio < 0.5, "loss fell to " + ratio + " of the first");
    }
  }

  @Test
  void equalSeedsAndBatches_giveEqualWeights() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(3, 3, 2, false));
    List<float[]> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (RfNetTrainer trainer =
          new RfNetTrainer(start, WIDTH, HEIGHT, TrainingOptions.fineTuning(0.003, 2, 1, 1))) {
        train(trainer, false, 5);
        runs.add(trainer.snapshot().weights().get("logits.conv.weight").values());
      }
    }
    org.junit.jupiter.api.Assertions.assertArrayEquals(runs.get(0), runs.get(1));
  }

  @Test
  void averagedWeights_followTheirRule() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(3, 3, 2, false));
    TrainingOptions options = TrainingOptions.fineTuning(0.01, 2, 1, 1);
    try (RfNetTrainer none = new RfNetTrainer(start, WIDTH, HEIGHT, options);
        RfNetTrainer trainer = new RfNetTrainer(start, WIDTH, HEIGHT, options.withAveraging(0.4))) {
      train(none, false, 1);
      assertEquals(Optional.empty(), none.averaged());
      assertEquals(Optional.empty(), trainer.averaged(), "no step is done yet");
      String name = "logits.conv.weight";
      float[] mean = new float[0];
      for (int step = 1; step <= 4; step++) {
        train(trainer, false, 1);
        float[] now = trainer.snapshot().weights().get(name).values();
        double share = Math.max(0.4, 1.0 / step);
        mean = step == 1 ? now.clone() : mean;
        float[] found = trainer.averaged().orElseThrow().weights().get(name).values();
        for (int i = 0; i < mean.length; i++) {
          mean[i] += (float) (share * (now[i] - mean[i]));
          assertEquals(mean[i], found[i], 1e-5);
        }
      }
      assertNotEquals(mean[0], trainer.snapshot().weights().get(name).values()[0]);
      assertEquals(
          start.weights().get("backbone.bn1.running_var").values()[0],
          trainer.averaged().orElseThrow().weights().get("backbone.bn1.running_var").values()[0]);
    }
  }

  @Test
  void unlabelledFrames_changeNothingButDecay() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(3, 3, 2, false));
    byte[] none = new byte[WIDTH * HEIGHT];
    java.util.Arrays.fill(none, (byte) ClassMap.IGNORE);
    TrainingSample sample =
        new TrainingSample(sample(1, false).frame(), new ClassMap(WIDTH, HEIGHT, none));
    TrainingOptions options = TrainingOptions.fineTuning(0.01, 1, 1, 1).withWeightDecay(0);
    try (RfNetTrainer trainer = new RfNetTrainer(start, WIDTH, HEIGHT, options)) {
      assertEquals(0, trainer.step(List.of(sample)));
      org.junit.jupiter.api.Assertions.assertArrayEquals(
          start.weights().get("logits.conv.weight").values(),
          trainer.snapshot().weights().get("logits.conv.weight").values());
    }
  }

  @Test
  void wrongFrames_areNamed() {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(1, 3, 2, true));
    try (RfNetTrainer trainer =
        new RfNetTrainer(start, WIDTH, HEIGHT, TrainingOptions.fineTuning(0.01, 1, 1, 1))) {
      IllegalArgumentException noDepth =
          assertThrows(
              IllegalArgumentException.class, () -> trainer.step(List.of(sample(1, false))));
      assertEquals("the model needs depth, but a frame has none", noDepth.getMessage());
      Frame small = new Frame(2, 1, new byte[6], new byte[2]);
      IllegalArgumentException size =
          assertThrows(IllegalArgumentException.class, () -> trainer.logits(small));
      assertEquals("a frame is 2x1, but the trainer was made for 64x48", size.getMessage());
    }
  }

  @Test
  void augmentation_movesLabelsWithPixels() {
    TrainingSample sample = sample(4, true);
    TrainingSample flipped = new Augmentation(1, 0, 0).apply(sample, new Random(1));
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int from = y * WIDTH + x;
        int to = y * WIDTH + WIDTH - 1 - x;
        assertEquals(sample.target().classes()[from], flipped.target().classes()[to]);
        assertEquals(sample.frame().rgb()[3 * from + 1], flipped.frame().rgb()[3 * to + 1]);
      }
    }
    TrainingSample same = Augmentation.NONE.apply(sample, new Random(1));
    org.junit.jupiter.api.Assertions.assertArrayEquals(sample.frame().rgb(), same.frame().rgb());
  }

  @Test
  void goesOnFromACheckpointAsIfItHadNeverEnded(@TempDir Path folder) throws IOException {
    EdgeModel start = EdgeModel.of(RfNetWeights.initial(1, 3, 4, true));
    TrainingOptions options = TrainingOptions.fineTuning(1e-2, 2, 1, 1).withAveraging(0.1);
    Path file = folder.resolve("state");
    List<Float> expected;
    try (RfNetTrainer whole = new RfNetTrainer(start, WIDTH, HEIGHT, options)) {
      train(whole, true, 3);
      whole.checkpoint(file);
      train(whole, true, 3);
      expected = values(whole);
    }
    try (RfNetTrainer rest = new RfNetTrainer(start, WIDTH, HEIGHT, options)) {
      rest.resume(file);
      train(rest, true, 3);
      assertEquals(expected, values(rest));
    }
    // Another training's is refused: one without an average, and one of another network.
    for (RfNetTrainer other :
        List.of(
            new RfNetTrainer(start, WIDTH, HEIGHT, options.withAveraging(0)),
            new RfNetTrainer(
                EdgeModel.of(RfNetWeights.initial(1, 3, 8, true)), WIDTH, HEIGHT, options))) {
      try (other) {
        IOException e = assertThrows(IOException.class, () -> other.resume(file));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(file + " is no checkpoint of this training: "), message);
      }
    }
  }

  private static List<Float> values(RfNetTrainer trainer) {
    List<Float> values = new ArrayList<>();
    for (EdgeModel model : List.of(trainer.snapshot(), trainer.averaged().orElseThrow())) {
      for (io.seamark.network.Tensor tensor : model.weights().tensors().values()) {
        for (float value : tensor.values()) {
          values.add(value);
        }
      }
    }
    return values;
  }
}
