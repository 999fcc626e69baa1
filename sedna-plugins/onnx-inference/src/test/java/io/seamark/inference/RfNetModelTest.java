package io.seamark.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.EdgeModel;
import io.seamark.network.Precision;
import io.seamark.network.RfNetWeights;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginProvider;
import io.seamark.shared.SharedFolder;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RfNetModelTest {
  @TempDir Path folder = Path.of("");

  private Path model(int classes, boolean depth) throws IOException {
    Path path = folder.resolve("m.safetensors");
    EdgeModel.of(RfNetWeights.initial(7, classes, 4, depth)).save(path, Precision.F32);
    return path;
  }

  private static Frame frame(int width, int height, boolean depth) {
    Random random = new Random(5);
    byte[] rgb = new byte[3 * width * height];
    byte[] distances = new byte[width * height];
    random.nextBytes(rgb);
    random.nextBytes(distances);
    return frame(width, height, rgb, depth ? distances : null);
  }

  /** NullAway does not see the annotation of the record's last component in the class file. */
  @SuppressWarnings("NullAway")
  private static Frame frame(int width, int height, byte[] rgb, byte @Nullable [] depth) {
    return new Frame(width, height, rgb, depth);
  }

  @ParameterizedTest
  @CsvSource({"48, 32, 5, false", "61, 45, 1, true", "33, 70, 2, true", "7, 5, 3, false"})
  void theGraphAgreesWithWhatJavaComputesFromItsScores(
      int width, int height, int classes, boolean depth) throws IOException {
    try (BaseModel.Session session =
        new RfNetModel(1).open(model(classes, depth), width, height, depth)) {
      Prediction prediction = session.infer(frame(width, height, depth));
      assertEquals((width + 3) / 4, prediction.scores().width());
      assertEquals((height + 3) / 4, prediction.scores().height());
      ClassMap expected = prediction.scores().resize(width, height).argmax();
      int different = 0;
      for (int i = 0; i < width * height; i++) {
        different += expected.classes()[i] == prediction.classMap().classes()[i] ? 0 : 1;
      }
      assertTrue(different <= width * height / 1000, different + " pixels differ");
      PixelConfidence confidence = PixelConfidence.of(prediction.scores());
      assertArrayEquals(confidence.top(), prediction.confidence().top(), 1e-5f);
      assertArrayEquals(confidence.second(), prediction.confidence().second(), 1e-5f);
      assertArrayEquals(confidence.entropy(), prediction.confidence().entropy(), 1e-5f);
    }
  }

  @Test
  void depthIsIgnoredByAModelWithoutDepthBranch() throws IOException {
    Path model = model(3, false);
    Frame frame = frame(32, 32, true);
    try (BaseModel.Session with = new RfNetModel(1).open(model, 32, 32, true);
        BaseModel.Session without = new RfNetModel(1).open(model, 32, 32, false)) {
      assertArrayEquals(
          without.infer(frame).scores().logits(), with.infer(frame).scores().logits());
    }
  }

  @Test
  void wrongFramesAreNamed() throws IOException {
    BaseModel.Session session = new RfNetModel(1).open(model(3, true), 32, 16, true);
    try (session) {
      assertEquals(
          "the frame is 16x32, but the model was opened for 32x16",
          assertThrows(IllegalArgumentException.class, () -> session.infer(frame(16, 32, true)))
              .getMessage());
      assertEquals(
          "the frame has no depth, but the model was opened for depth",
          assertThrows(IllegalArgumentException.class, () -> session.infer(frame(32, 16, false)))
              .getMessage());
    }
    session.close();
    assertThrows(IllegalStateException.class, () -> session.infer(frame(32, 16, true)));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("x.safetensors"), "not a model at all");
    IOException e =
        assertThrows(IOException.class, () -> new RfNetModel(1).open(text, 32, 32, false));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith(text + " is not an RFNet model: "),
        e.getMessage());
  }

  @Test
  void theProviderIsFound() {
    assertTrue(
        ServiceLoader.load(PluginProvider.class).stream()
            .map(ServiceLoader.Provider::type)
            .anyMatch(RfNetProvider.class::equals));
  }

  @Test
  void theDayCheckpointReachesItsFigure() throws IOException {
    Path checkpoint = SharedFolder.path("models/rfnet-camvid-day.safetensors");
    Path frames = SharedFolder.path("data/camvid/val");
    List<Path> files;
    try (Stream<Path> list = Files.list(frames)) {
      files = list.sorted().toList();
    }
    ConfusionMatrix matrix = new ConfusionMatrix(11);
    long nanos = 0;
    try (BaseModel.Session session = new RfNetModel(2).open(checkpoint, 480, 360, false)) {
      for (Path file : files) {
        String label = file.getFileName().toString().replace(".jpg", ".png");
        Frame frame = read(file);
        long start = System.nanoTime();
        ClassMap answer = session.infer(frame).classMap();
        nanos += System.nanoTime() - start;
        matrix.add(readLabel(frames.resolveSibling("valannot").resolve(label)), answer);
      }
    }
    System.out.printf(
        "day checkpoint on camvid/val, %d frames: mIoU %.4f, pixel accuracy %.4f, %.1f ms a frame%n",
        files.size(), matrix.meanIou(), matrix.pixelAccuracy(), nanos / 1e6 / files.size());
    assertEquals(0.705, matrix.meanIou(), 0.002);
  }

  private static Frame read(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    byte[] rgb = new byte[3 * pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      rgb[3 * i] = (byte) (pixels[i] >> 16);
      rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
      rgb[3 * i + 2] = (byte) pixels[i];
    }
    return frame(image.getWidth(), image.getHeight(), rgb, null);
  }

  private static ClassMap readLabel(Path file) throws IOException {
    Raster raster = ImageIO.read(file.toFile()).getRaster();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] classes = new byte[width * height];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = (byte) raster.getSample(i % width, i / width, 0);
    }
    return new ClassMap(width, height, classes);
  }
}
