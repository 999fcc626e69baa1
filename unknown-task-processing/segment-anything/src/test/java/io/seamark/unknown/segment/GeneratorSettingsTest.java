package io.seamark.unknown.segment;

import static io.seamark.unknown.segment.SegmentAnythingParameters.UNSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.Hyperparameter;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorSettingsTest {
  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path folder;

  private GeneratorSettings read(String json) throws IOException {
    Files.writeString(folder.resolve(GeneratorSettings.FILE), json);
    return GeneratorSettings.ofFolder(folder);
  }

  private static SegmentAnythingParameters explicit(int pointsPerSide, double predIouThresh) {
    return new SegmentAnythingParameters(
        Path.of(""),
        "",
        Mode.FAST,
        256,
        0,
        0,
        300,
        pointsPerSide,
        UNSET,
        predIouThresh,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET);
  }

  @Test
  void defaults_areSams() {
    assertEquals(
        new GeneratorSettings(0, 32, 64, 0.88, 0.95, 1.0, 0.7, 0, 0.7, 512.0 / 1500, 1, 0),
        GeneratorSettings.SAM);
  }

  @Test
  void withoutFile_samsDefaults() throws IOException {
    assertEquals(GeneratorSettings.SAM, GeneratorSettings.ofFolder(folder));
  }

  @Test
  void byteOrderMark_isNoPartOfTheFile() throws IOException {
    assertEquals(16, read("\ufeff{\"points_per_side\": 16}").pointsPerSide());
  }

  @Test
  void explicitBeforeFolderBeforeSam() throws IOException {
    GeneratorSettings file =
        read("{\"image_size\": 1024, \"pred_iou_thresh\": 0.6, \"points_per_side\": 16}");
    GeneratorSettings settings = file.with(explicit(UNSET, 0));
    assertEquals(1024, settings.imageSize());
    assertEquals(16, settings.pointsPerSide());
    assertEquals(0, settings.predIouThresh());
    assertEquals(0.95, settings.stabilityScoreThresh());
    // An explicit value that happens to be SAM's default still wins over the folder.
    assertEquals(32, file.with(explicit(32, UNSET)).pointsPerSide());
    assertEquals(file, file.with(SegmentAnythingParameters.DEFAULTS));
  }

  @Test
  void allKeys() throws IOException {
    assertEquals(
        new GeneratorSettings(512, 8, 16, 0.1, 0.2, 0.3, 0.4, 2, 0.5, 0.6, 2, 70),
        read(
            "{\"image_size\":512,\"points_per_side\":8,\"points_per_batch\":16,"
                + "\"pred_iou_thresh\":0.1,\"stability_score_thresh\":0.2,"
                + "\"stability_score_offset\":0.3,\"box_nms_thresh\":0.4,\"crop_n_layers\":2,"
                + "\"crop_nms_thresh\":0.5,\"crop_overlap_ratio\":0.6,"
                + "\"crop_n_points_downscale_factor\":2,\"min_mask_region_area\":70}"));
  }

  @Test
  void wrongKeysAndValues_allAtOnce() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> read("{\"pred_iou\": 0.6, \"points_per_side\": 0, \"box_nms_thresh\": \"x\"}"));
    assertEquals(
        folder.resolve("generator.json")
            + ": unknown key 'pred_iou', the keys are image_size, points_per_side,"
            + " points_per_batch, pred_iou_thresh, stability_score_thresh,"
            + " stability_score_offset, box_nms_thresh, crop_n_layers, crop_nms_thresh,"
            + " crop_overlap_ratio, crop_n_points_downscale_factor, min_mask_region_area;"
            + " points_per_side is 0, but must be a whole number from 1 to 256;"
            + " box_nms_thresh is \"x\", but must be a number from 0.0 to 1.0",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "3",
        "{",
        "{\"points_per_side\":1.5}",
        "{\"points_per_side\":1e99}",
        "{\"points_per_side\":8,\"points_per_side\":9}",
        "{} {}",
        "{\"pred_iou_thresh\":null}"
      })
  void notParameters_isRefused(String json) {
    IOException e = assertThrows(IOException.class, () -> read(json));
    assertTrue(Objects.requireNonNull(e.getMessage()).contains("generator.json"), e.getMessage());
  }

  @Test
  void hugeFile_isRefused() {
    assertThrows(IOException.class, () -> read(" ".repeat(70_000) + "{}"));
  }

  @Test
  void layerWithoutPoints_isRefused() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                read(
                    "{\"points_per_side\":4,\"crop_n_layers\":2,"
                        + "\"crop_n_points_downscale_factor\":4}"));
    assertTrue(
        Objects.requireNonNull(e.getMessage()).contains("leaves no points in crop layer 2"),
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0.5", "257, 0.5", "-2, 0.5", "8, 1.5", "8, -0.5", "8, NaN"})
  void hyperparametersOutOfRange_areRefused(int points, double iou) {
    assertThrows(IllegalArgumentException.class, () -> explicit(points, iou));
  }

  @Test
  void fastIsTheDefault() {
    SegmentAnythingParameters defaults = SegmentAnythingParameters.DEFAULTS;
    assertEquals(Mode.FAST, defaults.mode());
    assertEquals(192, defaults.maxPrompts());
    for (RecordComponent component : SegmentAnythingParameters.class.getRecordComponents()) {
      Hyperparameter declared =
          Objects.requireNonNull(component.getAnnotation(Hyperparameter.class));
      if (component.getName().equals("mode")) {
        assertEquals("fast", declared.defaultValue());
      } else if (component.getName().equals("maxPrompts")) {
        assertEquals("192", declared.defaultValue());
      }
    }
  }

  @Test
  void hyperparameters_defaultToUnset_andCarrySamsNames() {
    RecordComponent[] explicit = SegmentAnythingParameters.class.getRecordComponents();
    RecordComponent[] settings = GeneratorSettings.class.getRecordComponents();
    // SAM's own come last; before them stand the folder, its variant and what is ours.
    int ours = explicit.length - settings.length;
    for (int i = 1; i < settings.length; i++) {
      RecordComponent same = explicit[ours + i];
      assertEquals(settings[i].getName(), same.getName());
      assertEquals(settings[i].getType(), same.getType());
      Hyperparameter declared = Objects.requireNonNull(same.getAnnotation(Hyperparameter.class));
      assertEquals("-1", declared.defaultValue());
    }
  }
}
