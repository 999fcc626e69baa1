package io.seamark.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.inference.RfNetModel;
import io.seamark.network.EdgeModel;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The network is written once: a checkpoint answers the same in ONNX Runtime and in TensorFlow. */
class TwoBackEndsTest {
  private static final int FRAMES = 20;

  @Test
  @DisplayName("twenty real frames through both back ends")
  void sameLogitsAndClasses() throws Exception {
    Path shared = Seamark.shared();
    Path checkpoint = shared.resolve("models/rfnet-camvid-day.safetensors");
    List<Path> files;
    try (Stream<Path> images = Files.list(shared.resolve("data/camvid/val"))) {
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
}
