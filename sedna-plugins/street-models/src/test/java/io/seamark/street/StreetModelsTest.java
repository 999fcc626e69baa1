package io.seamark.street;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.EdgeModel;
import io.seamark.network.Safetensors;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.SegmentSample;
import io.seamark.network.tensorflow.SegmenterTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Sample;
import io.seamark.source.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreetModelsTest {
  @Test
  void edgeModel_knowsTheDayAlone(@TempDir Path folder) throws IOException {
    EdgeModel model = EdgeModel.load(StreetModels.edgeModel(folder));
    assertEquals(ClassSet.CAMVID, model.classes());
    try (RfNetTrainer network =
        new RfNetTrainer(
            model, Streets.WIDTH, Streets.HEIGHT, TrainingOptions.fineTuning(1, 1, 1, 2))) {
      double day = meanIou(network, Weather.DAY);
      assertTrue(day > 0.65, "day mIoU " + day);
      for (Weather weather : new Weather[] {Weather.NIGHT, Weather.FOG}) {
        double drifted = meanIou(network, weather);
        assertTrue(drifted < day - 0.1, weather + " mIoU " + drifted + ", day " + day);
      }
    }
  }

  private static double meanIou(RfNetTrainer network, Weather weather) {
    ConfusionMatrix matrix = new ConfusionMatrix(ClassSet.CAMVID.size());
    for (int i = 0; i < 8; i++) {
      Sample sample = Streets.evaluation().render(100 + i, weather).sample();
      matrix.add(Objects.requireNonNull(sample.label()), network.predict(sample.frame()));
    }
    return matrix.meanIou();
  }

  @Test
  void edgeModel_isKeptIfTheSameAndMendedIfNot(@TempDir Path folder) throws IOException {
    Path cache = folder.resolve("new/cache");
    Path file = StreetModels.edgeModel(cache);
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(file, old);
    assertEquals(old, Files.getLastModifiedTime(StreetModels.edgeModel(cache)));
    Files.write(file, new byte[3]);
    assertTrue(Files.size(StreetModels.edgeModel(cache)) > 100_000);
    try (var files = Files.list(cache)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void segmenter_isASamFolder(@TempDir Path cache) throws IOException {
    Path folder = StreetModels.segmenter(cache);
    assertTrue(Files.size(folder.resolve("encoder.onnx")) > 1_000_000);
    assertTrue(Files.size(folder.resolve("decoder.onnx")) > 500_000);
    assertTrue(Files.readString(folder.resolve("generator.json")).contains("\"image_size\": 512"));
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(folder.resolve("encoder.onnx"), old);
    assertEquals(folder, StreetModels.segmenter(cache));
    assertEquals(old, Files.getLastModifiedTime(folder.resolve("encoder.onnx")));
  }

  @Test
  void segmenter_knowsTheRoadInEveryWeather(@TempDir Path cache) throws IOException {
    Path folder = StreetModels.segmenter(cache);
    try (SegmenterTrainer network =
        new SegmenterTrainer(
            Safetensors.read(folder.resolve("street-segmenter.safetensors")),
            Streets.WIDTH,
            Streets.HEIGHT,
            1,
            1,
            TrainingOptions.fineTuning(1, 1, 1, 2))) {
      for (Weather weather : Weather.values()) {
        Sample sample = Streets.evaluation().render(200, weather).sample();
        RegionPrompts regions =
            new RegionPrompts(Objects.requireNonNull(sample.label()), RegionPrompts.SIZE);
        int[] largest =
            regions.regions().stream().max(Comparator.comparingInt(r -> r.length)).orElseThrow();
        int centre = regions.centre(largest);
        float[] point = {centre % Streets.WIDTH, Math.floorDiv(centre, Streets.WIDTH)};
        float[] iou = network.decode(sample.frame(), point).iou();
        assertTrue(
            Math.max(iou[1], Math.max(iou[2], iou[3])) > 0.7, weather + " estimates too low");
      }
    }
  }

  @Test
  void regions_hangTogetherOverCorners() {
    byte[] classes = new byte[64 * 64];
    for (int i = 0; i < classes.length; i++) {
      int x = i % 64;
      int y = i / 64;
      classes[i] = (byte) (x < 32 ? 1 : y < 32 ? 2 : x == 40 ? 3 : 1);
    }
    RegionPrompts prompts = new RegionPrompts(new ClassMap(64, 64, classes), 64);
    List<int[]> regions = prompts.regions();
    assertEquals(2, regions.size());
    assertEquals(32 * 64 + 32 * 32 - 32, regions.get(0).length);
    assertEquals(32 * 32, regions.get(1).length);
    for (SegmentSample.Prompt prompt : prompts.draw(9, 16, new Random(1))) {
      assertEquals(16 * 16, prompt.target().length);
    }
  }

  @Test
  void recipe_namesWhatItDoesNotKnow() {
    IllegalArgumentException option =
        assertThrows(IllegalArgumentException.class, () -> new RecipeOptions("step=3"));
    assertTrue(Objects.requireNonNull(option.getMessage()).startsWith("'step' is no option"));
    RecipeOptions wrong = new RecipeOptions("all", "threads=many");
    IllegalArgumentException value =
        assertThrows(IllegalArgumentException.class, () -> wrong.whole("threads"));
    assertEquals("threads is 'many', but must be whole", value.getMessage());
  }
}
