package io.seamark.network.tensorflow;

import io.seamark.network.EdgeModel;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures a fine-tuning step. Arguments: width and height of the frames, base width of the
 * network, samples a step, steps, threads; prints each step's time and the resident memory, which
 * must not grow. No test: run it by hand, on an idle machine.
 */
public final class TrainerSpeed {
  private TrainerSpeed() {}

  /**
   * Measures.
   *
   * @param args as above; 480 360 64 2 10 2 if empty
   * @throws IOException if the process cannot be inspected
   */
  @SuppressWarnings("NullAway")
  public static void main(String[] args) throws IOException {
    int[] a =
        args.length == 0
            ? new int[] {480, 360, 64, 2, 10, 2}
            : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    int width = a[0];
    int height = a[1];
    EdgeModel model = EdgeModel.of(RfNetWeights.initial(1, 11, a[2], false));
    Random random = new Random(1);
    List<TrainingSample> batch = new ArrayList<>();
    for (int i = 0; i < a[3]; i++) {
      byte[] rgb = new byte[3 * width * height];
      random.nextBytes(rgb);
      byte[] classes = new byte[width * height];
      for (int p = 0; p < classes.length; p++) {
        classes[p] = (byte) (p / width * 11 / height);
      }
      batch.add(
          new TrainingSample(
              new Frame(width, height, rgb, null), new ClassMap(width, height, classes)));
    }
    TrainingOptions options = TrainingOptions.fineTuning(1e-4, a[3], 1, a[5]);
    long[] times = new long[a[4]];
    try (RfNetTrainer trainer = new RfNetTrainer(model, width, height, options)) {
      for (int i = 0; i < times.length; i++) {
        long began = System.nanoTime();
        double loss = trainer.step(batch);
        times[i] = (System.nanoTime() - began) / 1_000_000;
        String memory =
            Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("");
        System.out.printf("step %d: %d ms, loss %.4f, %s%n", i + 1, times[i], loss, memory);
      }
    }
    Arrays.sort(times);
    System.out.printf("median %d ms, fastest %d ms%n", times[times.length / 2], times[0]);
  }
}
