package io.seamark.benchmark;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.seamark.inference.RfNetModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.onnx.RfNetOnnx;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Time per frame of the plugin {@code rfnet} (a frame in, class map, scores and confidence out)
 * against ONNX Runtime alone on the exported file: same threads, turn by turn.
 */
public final class InferenceRatio {
  private static final int WARM_UP = 10;

  private InferenceRatio() {}

  /**
   * Prints medians and their ratio.
   *
   * @param arguments edge model, width, height, threads, rounds; optionally a file to keep the
   *     exported graph in, for other peers
   * @throws IOException if the model cannot be read
   * @throws OrtException if ONNX Runtime fails
   */
  @SuppressWarnings("NullAway") // It does not see from the class file that depth may be null.
  public static void main(String[] arguments) throws IOException, OrtException {
    if (arguments.length < 5) {
      throw new IllegalArgumentException(
          "usage: InferenceRatio MODEL WIDTH HEIGHT THREADS ROUNDS [KEEP.onnx]");
    }
    Path model = Path.of(arguments[0]);
    int width = Integer.parseInt(arguments[1]);
    int height = Integer.parseInt(arguments[2]);
    int threads = Integer.parseInt(arguments[3]);
    int rounds = Integer.parseInt(arguments[4]);
    Path graph =
        arguments.length > 5 ? Path.of(arguments[5]) : Files.createTempFile("rfnet", ".onnx");
    Files.write(graph, RfNetOnnx.export(EdgeModel.load(model), width, height, false));

    byte[] rgb = new byte[3 * width * height];
    new Random(1).nextBytes(rgb);
    Frame frame = new Frame(width, height, rgb, null);
    double[] plugin = new double[rounds];
    double[] alone = new double[rounds];
    // The plugin's engine comes first: it makes the environment that the other arm then shares.
    try (BaseModel.Session session = new RfNetModel(threads).open(model, width, height, false);
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      ByteBuffer input = ByteBuffer.allocateDirect(rgb.length).order(ByteOrder.nativeOrder());
      input.put(rgb).flip();
      try (OrtSession peer = environment.createSession(graph.toString(), options);
          OnnxTensor tensor =
              OnnxTensor.createTensor(
                  environment, input, new long[] {1, height, width, 3}, OnnxJavaType.UINT8)) {
        Map<String, OnnxTensor> inputs = Map.of("rgb", tensor);
        for (int i = -WARM_UP; i < rounds; i++) {
          long start = System.nanoTime();
          peer.run(inputs).close();
          long middle = System.nanoTime();
          session.infer(frame);
          long end = System.nanoTime();
          if (i >= 0) {
            alone[i] = (middle - start) / 1e6;
            plugin[i] = (end - middle) / 1e6;
          }
        }
      }
    }
    Arrays.sort(plugin);
    Arrays.sort(alone);
    System.out.printf(
        Locale.ROOT,
        "rfnet plugin %s ms, ONNX Runtime alone %s ms, ratio of medians %.3f (%d x %d, %d threads,"
            + " %d rounds)%n",
        spread(plugin),
        spread(alone),
        plugin[rounds / 2] / alone[rounds / 2],
        width,
        height,
        threads,
        rounds);
  }

  private static String spread(double[] sorted) {
    return String.format(
        Locale.ROOT,
        "%.1f (%.1f to %.1f)",
        sorted[sorted.length / 2],
        sorted[sorted.length / 10],
        sorted[sorted.length * 9 / 10]);
  }
}
