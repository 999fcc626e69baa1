package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.RfNet;
import io.seamark.network.Safetensors;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** The published network's logits on weights made by a formula (shared test vectors). */
class RfNetVectorsTest {
  private static double u(long i, int k) {
    double x = Math.sin(12.9898 * i + 78.233 * k) * 43758.5453;
    return x - Math.floor(x);
  }

  private static Tensor weight(String name, List<Integer> shape) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    int k = (int) (crc.getValue() % 1000) + 1;
    int n = shape.stream().reduce(1, (a, b) -> a * b);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      double v = u(i, k);
      if (name.endsWith("running_var")) {
        v = 0.5 + v;
      } else if (name.endsWith("running_mean") || name.endsWith("bias")) {
        v = 0.2 * (v - 0.5);
      } else if (shape.size() == 1) {
        v = 0.8 + 0.4 * v;
      } else {
        v = (v - 0.5) * Math.sqrt(24.0 * shape.get(0) / n);
      }
      values[i] = (float) v;
    }
    return new Tensor(shape, values);
  }

  private static Weights weights(Path names) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String line : Files.readAllLines(names)) {
      String[] parts = line.split("\t", -1);
      List<Integer> shape =
          Arrays.stream(parts[1].split(",", -1)).map(String::strip).map(Integer::valueOf).toList();
      tensors.put(parts[0], weight(parts[0], shape));
    }
    return new Weights(tensors, Map.of());
  }

  /** An image in TensorFlow's order from the formula's [channels, height, width]. */
  private static TFloat32 image(int channels, int height, int width, int k) {
    float[] values = new float[channels * height * width];
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < height * width; p++) {
        values[p * channels + c] = (float) (2 * u((long) c * height * width + p, k) - 1);
      }
    }
    return TFloat32.tensorOf(
        Shape.of(1, height, width, channels), DataBuffers.of(values, true, false));
  }

  @ParameterizedTest
  @CsvSource({"64, 96, 1", "90, 120, 3"})
  void logitsEqualThePublishedNetworks(int height, int width, int k) throws IOException {
    Path folder = SharedFolder.path("vectors/rfnet");
    Weights expected =
        Safetensors.read(folder.resolve("expected-" + height + "x" + width + ".safetensors"));
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      TensorFlowLayers layers = new TensorFlowLayers(tf, weights(folder.resolve("names.tsv")));
      Placeholder<TFloat32> rgb =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, height, width, 3)));
      Placeholder<TFloat32> depth =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, height, width, 1)));
      Operand<TFloat32> colour = full(tf, layers, RfNet.build(layers, rgb, null).logits(), rgb);
      Operand<TFloat32> both = full(tf, layers, RfNet.build(layers, rgb, depth).logits(), rgb);
      layers.initialise(session);
      try (TFloat32 x = image(3, height, width, k);
          TFloat32 y = image(1, height, width, k + 1);
          Result result =
              session.runner().feed(rgb, x).feed(depth, y).fetch(colour).fetch(both).run()) {
        check(expected.get("rgb_logits"), (TFloat32) result.get(0));
        check(expected.get("rgbd_logits"), (TFloat32) result.get(1));
      }
    }
  }

  private static Operand<TFloat32> full(
      Ops tf, TensorFlowLayers layers, Operand<TFloat32> logits, Operand<TFloat32> input) {
    Operand<TFloat32> large = layers.resize(logits, layers.height(input), layers.width(input));
    return tf.linalg.transpose(large, tf.constant(new int[] {0, 3, 1, 2}));
  }

  private static void check(Tensor expected, TFloat32 actual) {
    float[] values = GraphWeights.floats(actual);
    assertEquals(expected.values().length, values.length);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(expected.values()[i]));
      difference = Math.max(difference, Math.abs(values[i] - expected.values()[i]));
    }
    double relative = difference / largest;
    System.out.printf("RFNet in TensorFlow: largest relative difference %.2e%n", relative);
    assertTrue(relative < 1e-3, "relative difference " + relative);
  }
}
