package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.inference.RfNetModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.shared.SharedFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network is written once: a checkpoint answers the same in ONNX Runtime and in TensorFlow. */
class TwoBackEndsTest {
  private static final int FRAMES = 20;

  @Test
  @DisplayName("twenty real frames through both back ends")
  void sameLogitsAndClasses() throws Exception {
    Path checkpoint = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    List<Path> files;
    try (Stream<Path> images = Files.list(SharedFolder.path("data/camvid/val"))) {
      files = images.filter(f -> f.toString().endsWith(".jpg")).sorted().limit(FRAMES).toList();
    }
    assertEquals(FRAMES, files.size());
    double largest = 0;
    long same = 0;
    long pixels = 0;
    Frame first = Images.decodeFrame(Files.readAllBytes(files.get(0)));
    int width = first.width();
    int height = first.height();
    EdgeModel model = EdgeModel.load(checkpoint);
    try (BaseModel.Session onnx = new RfNetModel(2).open(checkpoint, width, height, false);
        RfNetTrainer tensorFlow =
            new RfNetTrainer(model, width, height, TrainingOptions.fineTuning(1e-4, 1, 1, 2))) {
      for (Path file : files) {
        Frame frame = Images.decodeFrame(Files.readAllBytes(file));
        Prediction prediction = onnx.infer(frame);
        ClassScores scores = prediction.scores();
        float[] expected = tensorFlow.logits(frame);
        assertEquals(expected.length, scores.logits().length);
        for (int i = 0; i < expected.length; i++) {
          largest = Math.max(largest, Math.abs(expected[i] - scores.logits()[i]));
        }
        ClassMap map =
            new ClassScores(scores.classes(), scores.width(), scores.height(), expected)
                .resize(width, height)
                .argmax();
        for (int i = 0; i < map.classes().length; i++) {
          same += map.classes()[i] == prediction.classMap().classes()[i] ? 1 : 0;
        }
        pixels += map.classes().length;
      }
    }
    double share = (double) same / pixels;
    System.out.printf("largest difference of the logits %.2e, same class %.4f%n", largest, share);
    assertTrue(largest < 1e-2, "largest difference of the logits is " + largest);
    assertTrue(share > 0.999, "same class on " + share);
  }

  @Test
  @DisplayName("AppealNet's head through both back ends")
  void sameAppealNet(@TempDir Path folder) throws Exception {
    int width = 96;
    int height = 64;
    Weights plain = RfNetWeights.initial(3, 5, 8, false);
    Map<String, Tensor> tensors =
        new LinkedHashMap<>(RfNetWeights.withAppealNet(plain, 4).tensors());
    Random random = new Random(5);
    float[] output = new float[16];
    for (int i = 0; i < output.length; i++) {
      output[i] = (float) random.nextGaussian();
    }
    tensors.put("appealnet.output.weight", new Tensor(List.of(1, 16, 1, 1), output));
    EdgeModel model = EdgeModel.of(new Weights(tensors, plain.metadata()));
    Path file = folder.resolve("model.safetensors");
    model.save(file, Precision.F32);
    TrainingOptions options = TrainingOptions.fineTuning(1e-4, 1, 1, 1);
    try (BaseModel.Session onnx = new RfNetModel(1).open(file, width, height, false);
        RfNetTrainer tensorFlow = new RfNetTrainer(model, width, height, options)) {
      for (int i = 0; i < 5; i++) {
        byte[] rgb = new byte[3 * width * height];
        random.nextBytes(rgb);
        Frame frame = new Frame(width, height, rgb, null);
        double expected = tensorFlow.appealNet(frame);
        Double q = onnx.infer(frame).appealNet();
        assertNotNull(q);
        assertEquals(expected, q, 1e-5);
        assertTrue(Math.abs(q - 0.5) > 1e-3, "q is " + q + ", which tells nothing");
      }
    }
    EdgeModel.of(plain).save(file, Precision.F32);
    try (BaseModel.Session without = new RfNetModel(1).open(file, width, height, false)) {
      assertNull(
          without.infer(new Frame(width, height, new byte[3 * width * height], null)).appealNet());
    }
  }
}
