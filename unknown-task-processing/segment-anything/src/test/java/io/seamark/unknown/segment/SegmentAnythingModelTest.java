package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.shared.SharedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real model folder and real frames, where those lie beside the project. */
class SegmentAnythingModelTest {
  private static final String MODEL = "models/sam-standin";

  private static SegmentAnythingParameters grid(Path folder, int pointsPerSide) {
    return Parameters.of(
        Map.of("folder", folder, "mode", "reference", "points-per-side", pointsPerSide));
  }

  /** What the Python original finds on this frame with a 6x6 grid, in its order. */
  private record Original(float predictedIou, float stability, int area, Box box, float x) {}

  private static final List<Original> ORIGINAL =
      List.of(
          new Original(0.9070f, 0.8648f, 9917, new Box(0, 268, 281, 91), 40),
          new Original(0.8264f, 0.9078f, 49216, new Box(0, 0, 251, 302), 40),
          new Original(0.8245f, 0.8930f, 18381, new Box(96, 260, 382, 100), 360),
          new Original(0.8216f, 0.9671f, 9859, new Box(0, 268, 158, 91), 40));

  @Test
  void findsTheOriginalsMasks() throws IOException {
    Path folder = SharedFolder.path(MODEL);
    Frame frame =
        Images.decodeFrame(
            Files.readAllBytes(SharedFolder.path("data/camvid/train/0001TP_006690.jpg")));
    List<SegmentMask> masks;
    try (SegmentAnything generator = SegmentAnything.open(grid(folder, 6), 2)) {
      assertEquals(0.6, generator.settings().predIouThresh());
      assertEquals(0.8, generator.settings().stabilityScoreThresh());
      masks = generator.generate(frame).masks();
    }
    assertEquals(ORIGINAL.size(), masks.size());
    for (int i = 0; i < masks.size(); i++) {
      Original original = ORIGINAL.get(i);
      SegmentMask mask = masks.get(i);
      assertEquals(original.predictedIou, mask.predictedIou(), 1e-3);
      assertEquals(original.stability, mask.stabilityScore(), 1e-3);
      assertEquals(original.area, mask.area(), 0.002 * original.area);
      assertEquals(original.box.x(), mask.box().x(), 1);
      assertEquals(original.box.y(), mask.box().y(), 1);
      assertEquals(original.box.width(), mask.box().width(), 1);
      assertEquals(original.box.height(), mask.box().height(), 1);
      assertEquals(original.x, mask.pointX());
      assertEquals(new Box(0, 0, frame.width(), frame.height()), mask.cropBox());
    }
  }

  /** Predicted IoU and area of the original's predictor, for the prompts of the test below. */
  private static final float[][] PREDICTED = {
    {0.8371f, 10181},
    {0.8185f, 11365},
    {0.7750f, 9892},
    {0.8267f, 10625},
    {0.0520f, 25},
    {0.0438f, 1825}
  };

  @Test
  void pointsAndBoxes_giveWhatTheOriginalsPredictorGives() throws IOException {
    Path folder = SharedFolder.path(MODEL);
    Frame frame =
        Images.decodeFrame(
            Files.readAllBytes(SharedFolder.path("data/camvid/train/0001TP_006690.jpg")));
    Prompt.Point road = new Prompt.Point(40, 300, true);
    List<List<SegmentMask>> masks;
    try (SegmentAnything generator = SegmentAnything.open(grid(folder, 6), 2)) {
      masks =
          generator.prompt(
              frame,
              List.of(
                  new Prompt(List.of(road), null),
                  new Prompt(List.of(road, new Prompt.Point(240, 100, false)), null),
                  Prompt.around(new Box(96, 260, 382, 100)),
                  new Prompt(
                      List.of(new Prompt.Point(400, 200, false)), new Box(0, 268, 281, 91))));
    }
    assertEquals(List.of(3, 1, 1, 1), masks.stream().map(List::size).toList());
    List<SegmentMask> all = masks.stream().flatMap(List::stream).toList();
    for (int i = 0; i < PREDICTED.length; i++) {
      assertEquals(PREDICTED[i][0], all.get(i).predictedIou(), 1e-3, "mask " + i);
      assertEquals(PREDICTED[i][1], all.get(i).area(), 3 + 0.002 * PREDICTED[i][1], "mask " + i);
    }
  }

  @Test
  void missingFolderOrFile(@TempDir Path folder) throws IOException {
    Path nowhere = folder.resolve("nowhere");
    assertEquals(
        "SAM folder " + nowhere + " does not exist or is not a folder",
        failure(nowhere).getMessage());
    assertMentions(
        failure(folder),
        "SAM folder " + folder + " has no encoder.onnx: it needs encoder.onnx and decoder.onnx");
    Files.write(folder.resolve("encoder.onnx"), new byte[] {1});
    assertMentions(
        failure(folder),
        "SAM folder " + folder + " has no decoder.onnx: it needs encoder.onnx and decoder.onnx");
  }

  @Test
  void filesThatAreNotOnnx(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("encoder.onnx"), "no graph");
    Files.writeString(folder.resolve("decoder.onnx"), "no graph");
    assertMentions(failure(folder), folder.resolve("decoder.onnx") + " cannot be opened: it is");
    Files.write(folder.resolve("decoder.onnx"), new byte[0]);
    assertMentions(failure(folder), folder.resolve("decoder.onnx") + " cannot be opened: it is");
    Files.copy(
        SharedFolder.path(MODEL).resolve("decoder.onnx"),
        folder.resolve("decoder.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    assertMentions(failure(folder), folder.resolve("encoder.onnx").toString());
  }

  @Test
  void filesThatAreOtherNetworks(@TempDir Path folder) throws IOException {
    Path model = SharedFolder.path(MODEL);
    Files.copy(model.resolve("encoder.onnx"), folder.resolve("decoder.onnx"));
    Files.copy(model.resolve("decoder.onnx"), folder.resolve("encoder.onnx"));
    IOException e = failure(folder);
    assertMentions(e, "decoder.onnx is no decoder of SAM that is known here");
    assertMentions(e, "[images]");
    Files.copy(
        model.resolve("decoder.onnx"),
        folder.resolve("decoder.onnx"),
        StandardCopyOption.REPLACE_EXISTING);
    assertMentions(failure(folder), "encoder.onnx must have one input");
  }

  @Test
  void truncatedDecoder(@TempDir Path folder) throws IOException {
    Path model = SharedFolder.path(MODEL);
    byte[] whole = Files.readAllBytes(model.resolve("decoder.onnx"));
    Files.write(folder.resolve("decoder.onnx"), Arrays.copyOf(whole, whole.length / 2));
    Files.createFile(folder.resolve("encoder.onnx"));
    assertMentions(failure(folder), "decoder.onnx cannot be opened: it is");
  }

  @Test
  void imageSizeOfTheFolderAgainstTheGraphs(@TempDir Path folder) throws IOException {
    Path model = SharedFolder.path(MODEL);
    Files.copy(model.resolve("decoder.onnx"), folder.resolve("decoder.onnx"));
    Files.copy(model.resolve("encoder.onnx"), folder.resolve("encoder.onnx"));
    Files.writeString(folder.resolve("generator.json"), "{\"image_size\": 512}");
    assertMentions(
        failure(folder), "takes images of side 1024, but generator.json says image_size 512");
  }

  private static IOException failure(Path folder) {
    return assertThrows(IOException.class, () -> SegmentAnything.open(grid(folder, 2), 1));
  }

  private static void assertMentions(IOException e, String text) {
    String message = Objects.requireNonNull(e.getMessage());
    assertTrue(message.contains(text), message);
  }
}
