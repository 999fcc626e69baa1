package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.inference.RfNetModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Safetensors;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * RFNet with a head of AppealNet's on weights and frames that are drawn here: both back ends give
 * the same scores, and those of {@code small-rfnet.safetensors}, so that neither both drift
 * together. The file is made by this test with {@code -Dseamark.vectors.rewrite=true}.
 */
class SmallNetworkTest {
  private static final Path VECTORS =
      Path.of("src/test/resources/small-rfnet.safetensors").toAbsolutePath();
  private static final int CLASSES = 2;
  private static final int BASE_WIDTH = 4;
  private static final double TOLERANCE = 1e-4;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @ParameterizedTest
  @CsvSource({"64, 32, false", "64, 32, true", "53, 37, false", "53, 37, true"})
  @DisplayName("both back ends give the recorded scores")
  void bothGiveTheRecordedScores(int width, int height, boolean depth) throws IOException {
    String name = width + "x" + height + (depth ? "-rgbd" : "-rgb");
    EdgeModel model = EdgeModel.of(weights(depth));
    Path file = folder.resolve("model.safetensors");
    model.save(file, Precision.F32);
    Frame frame = frame(width, height, depth);
    Prediction onnx;
    try (BaseModel.Session session = new RfNetModel(1).open(file, width, height, depth)) {
      onnx = session.infer(frame);
    }
    Double q = onnx.appealNet();
    assertNotNull(q);
    float[] logits = onnx.scores().logits();
    assertEquals(CLASSES * ((height + 3) / 4) * ((width + 3) / 4), logits.length);
    if (Boolean.getBoolean("seamark.vectors.rewrite")) {
      record(name, logits, q);
    }
    Weights recorded = Safetensors.read(VECTORS);
    float[] expected = recorded.get(name).values();
    double appeal = recorded.get(name + ".appealnet").values()[0];
    assertTrue(Math.abs(appeal - 0.5) > 1e-3, "q is " + appeal + ", which tells nothing");
    assertClose(expected, logits, "ONNX");
    assertEquals(appeal, q, TOLERANCE);
    TrainingOptions options = TrainingOptions.fineTuning(1e-4, 1, 1, 1);
    try (RfNetTrainer tensorFlow = new RfNetTrainer(model, width, height, options)) {
      assertClose(expected, tensorFlow.logits(frame), "TensorFlow");
      assertClose(logits, tensorFlow.logits(frame), "TensorFlow against ONNX");
      assertEquals(appeal, tensorFlow.appealNet(frame), TOLERANCE);
    }
  }

  private static void record(String name, float[] logits, double q) throws IOException {
    Map<String, Tensor> all = new LinkedHashMap<>();
    if (Files.exists(VECTORS)) {
      all.putAll(Safetensors.read(VECTORS).tensors());
    }
    all.put(name, new Tensor(List.of(logits.length), logits));
    all.put(name + ".appealnet", new Tensor(List.of(1), new float[] {(float) q}));
    Safetensors.write(VECTORS, new Weights(all, Map.of()), Precision.F32);
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
    System.out.printf("small RFNet, %s: largest relative difference %.2e%n", what, relative);
    assertTrue(largest > 0.1, what + ": the largest score is " + largest);
    assertTrue(relative < TOLERANCE, what + " differs by " + relative);
  }

  /** The network's names and shapes; values by name, none of them neutral. */
  private static Weights weights(boolean depth) {
    Weights made = RfNetWeights.initial(1, CLASSES, BASE_WIDTH, depth);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Weights shapes = RfNetWeights.withAppealNet(made, 1);
    for (String name : new TreeSet<>(shapes.tensors().keySet())) {
      tensors.put(name, tensor(name, shapes.get(name).shape()));
    }
    return new Weights(tensors, made.metadata());
  }

  private static Tensor tensor(String name, List<Integer> shape) {
    Random random = new Random(name.hashCode());
    int n = shape.stream().reduce(1, Math::multiplyExact);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      double u = random.nextDouble();
      double value;
      if (name.endsWith("running_var")) {
        value = 0.5 + u;
      } else if (name.endsWith("running_mean") || name.endsWith("bias")) {
        value = 0.2 * (u - 0.5);
      } else if (shape.size() == 1) {
        value = 0.8 + 0.4 * u;
      } else {
        value = (u - 0.5) * Math.sqrt(24.0 * shape.get(0) / n);
      }
      values[i] = (float) value;
    }
    return new Tensor(shape, values);
  }

  private static Frame frame(int width, int height, boolean depth) {
    Random random = new Random(width);
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    byte[] distance = new byte[width * height];
    random.nextBytes(distance);
    return new Frame(width, height, rgb, depth ? distance : null);
  }
}
