package io.seamark.benchmark;

import io.seamark.inference.RfNetModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNet;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Parameters of AppealNet's head, and the time of a frame with and without it, turn by turn. */
public final class AppealNetCost {
  private static final int WARM_UP = 10;

  private AppealNetCost() {}

  /**
   * Prints medians and their ratio.
   *
   * @param arguments edge model with the head, width, height, threads, rounds
   * @throws IOException if the model cannot be read
   */
  @SuppressWarnings("NullAway") // It does not see from the class file that depth may be null.
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 5) {
      throw new IllegalArgumentException("usage: AppealNetCost MODEL WIDTH HEIGHT THREADS ROUNDS");
    }
    Path headed = Path.of(arguments[0]);
    int width = Integer.parseInt(arguments[1]);
    int height = Integer.parseInt(arguments[2]);
    int threads = Integer.parseInt(arguments[3]);
    int rounds = Integer.parseInt(arguments[4]);
    EdgeModel model = EdgeModel.load(headed);
    Map<String, Tensor> without = new LinkedHashMap<>(model.weights().tensors());
    long parameters =
        model.weights().tensors().entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(RfNet.APPEALNET))
            .mapToLong(entry -> entry.getValue().values().length)
            .sum();
    if (parameters == 0) {
      throw new IllegalArgumentException(
          headed + " has no AppealNet head; 'seamark model appealnet' gives it one");
    }
    without.keySet().removeIf(name -> name.startsWith(RfNet.APPEALNET));
    EdgeModel bare = model.withWeights(new Weights(without, model.weights().metadata()));
    byte[] rgb = new byte[3 * width * height];
    new Random(1).nextBytes(rgb);
    Frame frame = new Frame(width, height, rgb, null);
    double[] alone = new double[rounds];
    double[] with = new double[rounds];
    Path file = Files.createTempFile("appealnet", ".safetensors");
    try {
      bare.save(file, Precision.F16);
      RfNetModel opener = new RfNetModel(threads);
      try (BaseModel.Session a = opener.open(file, width, height, false);
          BaseModel.Session b = opener.open(headed, width, height, false)) {
        for (int i = -WARM_UP; i < rounds; i++) {
          double first = millis(i % 2 == 0 ? a : b, frame);
          double second = millis(i % 2 == 0 ? b : a, frame);
          if (i >= 0) {
            alone[i] = i % 2 == 0 ? first : second;
            with[i] = i % 2 == 0 ? second : first;
          }
        }
      }
    } finally {
      Files.delete(file);
    }
    Arrays.sort(alone);
    Arrays.sort(with);
    System.out.printf(
        Locale.ROOT,
        "head of %d parameters; median %.1f ms without, %.1f ms with it, ratio %.3f; fastest tenth"
            + " %.1f and %.1f (%d x %d, %d threads, %d rounds)%n",
        parameters,
        alone[rounds / 2],
        with[rounds / 2],
        with[rounds / 2] / alone[rounds / 2],
        alone[rounds / 10],
        with[rounds / 10],
        width,
        height,
        threads,
        rounds);
  }

  private static double millis(BaseModel.Session session, Frame frame) {
    long start = System.nanoTime();
    session.infer(frame);
    return (System.nanoTime() - start) / 1e6;
  }
}
