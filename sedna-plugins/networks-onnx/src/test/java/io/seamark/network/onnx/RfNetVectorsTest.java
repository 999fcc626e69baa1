package io.seamark.network.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published network on weights made by a formula: equal logits, RGB and RGB-D. */
class RfNetVectorsTest {
  /** Made once: 24 million sines take a while. */
  private static @Nullable Weights formula;

  @ParameterizedTest
  @CsvSource({"64, 96, 1, 2", "90, 120, 3, 4"})
  void logitsAreThePublishedNetworks(int height, int width, int kRgb, int kDepth) throws Exception {
    Path folder = SharedFolder.path("vectors/rfnet");
    Weights expected =
        Safetensors.read(folder.resolve("expected-" + height + "x" + width + ".safetensors"));
    Weights weights = formula;
    if (weights == null) {
      weights = formulaWeights(folder.resolve("names.tsv"));
      formula = weights;
    }
    assertEquals(0.09190941f, weights.get("backbone.conv1.weight").values()[0], 1e-8f);

    assertClose(expected.get("rgb_logits").values(), run(weights, height, width, kRgb, 0), "RGB");
    assertClose(
        expected.get("rgbd_logits").values(), run(weights, height, width, kRgb, kDepth), "RGB-D");
  }

  private static float[] run(Weights weights, int height, int width, int kRgb, int kDepth)
      throws Exception {
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, weights);
    OnnxLayers.Value rgb =
        layers.image(graph.input("rgb", DataType.FLOAT, 1, 3, height, width), 3, height, width);
    OnnxLayers.Value depth =
        kDepth == 0
            ? null
            : layers.image(
                graph.input("depth", DataType.FLOAT, 1, 1, height, width), 1, height, width);
    OnnxLayers.Value logits =
        layers.resize(RfNet.build(layers, rgb, depth).logits(), height, width);
    graph.output("logits", layers.ref(logits), DataType.FLOAT, 1, 11, height, width);
    try (GraphRun runtime = new GraphRun(graph.build("test", Map.of()))) {
      runtime.floats("rgb", input(3 * height * width, kRgb), 1, 3, height, width);
      if (depth != null) {
        runtime.floats("depth", input(height * width, kDepth), 1, 1, height, width);
      }
      return runtime.floats();
    }
  }

  private static void assertClose(float[] expected, float[] actual, String what) {
    assertEquals(expected.length, actual.length);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    double relative = difference / largest;
    System.out.printf("RFNet %s, ONNX: largest relative difference %.2g%n", what, relative);
    assertTrue(relative < 1e-4, what + " differs by " + relative);
  }

  private static double u(long i, int k) {
    double x = Math.sin(12.9898 * i + 78.233 * k) * 43758.5453;
    return x - Math.floor(x);
  }

  private static float[] input(int n, int k) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (2 * u(i, k) - 1);
    }
    return values;
  }

  private static Weights formulaWeights(Path names) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String line : Files.readAllLines(names)) {
      String[] columns = line.split("\t", -1);
      List<Integer> shape = Arrays.stream(columns[1].split(",", -1)).map(Integer::valueOf).toList();
      int n = shape.stream().reduce(1, Math::multiplyExact);
      String name = columns[0];
      CRC32 crc = new CRC32();
      crc.update(name.getBytes(StandardCharsets.US_ASCII));
      int k = (int) (crc.getValue() % 1000) + 1;
      float[] values = new float[n];
      for (int i = 0; i < n; i++) {
        values[i] = (float) value(name, shape, n, u(i, k));
      }
      tensors.put(name, new Tensor(shape, values));
    }
    return new Weights(tensors, Map.of());
  }

  private static double value(String name, List<Integer> shape, int n, double u) {
    if (name.endsWith("running_var")) {
      return 0.5 + u;
    } else if (name.endsWith("running_mean") || name.endsWith("bias")) {
      return 0.2 * (u - 0.5);
    } else if (shape.size() == 1) {
      return 0.8 + 0.4 * u;
    }
    return (u - 0.5) * Math.sqrt(24.0 * shape.get(0) / n);
  }
}
