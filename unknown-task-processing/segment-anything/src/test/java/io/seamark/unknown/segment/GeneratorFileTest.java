package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.setting.HyperparameterSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorFileTest {
  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path folder;

  private GeneratorFile read(String json) throws IOException {
    Files.writeString(folder.resolve(GeneratorFile.NAME), json);
    return GeneratorFile.read(folder);
  }

  /** SAM's own parameters by their names, which are a folder's too. */
  private static Map<String, String> sams() {
    Map<String, String> sams = new LinkedHashMap<>();
    sams.put("points_per_side", "32");
    sams.put("points_per_batch", "64");
    sams.put("pred_iou_thresh", "0.88");
    sams.put("stability_score_thresh", "0.95");
    sams.put("stability_score_offset", "1.0");
    sams.put("box_nms_thresh", "0.7");
    sams.put("crop_n_layers", "0");
    sams.put("crop_nms_thresh", "0.7");
    sams.put("crop_overlap_ratio", Double.toString(512.0 / 1500));
    sams.put("crop_n_points_downscale_factor", "1");
    sams.put("min_mask_region_area", "0");
    return sams;
  }

  private static Map<String, Object> dashed(Map<String, ?> values) {
    Map<String, Object> dashed = new LinkedHashMap<>();
    values.forEach((name, value) -> dashed.put(name.replace('_', '-'), value));
    return dashed;
  }

  @Test
  void defaults_areSams() {
    assertEquals(Parameters.of(dashed(sams())), GeneratorFile.SAM.parameters());
    assertEquals(0, GeneratorFile.SAM.imageSize());
  }

  @Test
  void withoutFile_samsDefaults() throws IOException {
    assertEquals(GeneratorFile.SAM, GeneratorFile.read(folder));
  }

  @Test
  void byteOrderMark_isNoPartOfTheFile() throws IOException {
    assertEquals(16, read("\ufeff{\"points_per_side\": 16}").parameters().pointsPerSide());
  }

  @Test
  void explicitBeforeFolderBeforeSam() throws IOException {
    GeneratorFile file =
        read("{\"image_size\": 1024, \"pred_iou_thresh\": 0.6, \"points_per_side\": 16}");
    assertEquals(1024, file.imageSize());
    SegmentAnythingParameters complete =
        file.complete(Parameters.of(Map.of("pred-iou-thresh", 0, "mode", "reference")));
    assertEquals(16, complete.pointsPerSide());
    assertEquals(0, complete.predIouThresh());
    assertEquals(0.95, complete.stabilityScoreThresh());
    assertEquals(Mode.REFERENCE, complete.mode());
    // An explicit value that happens to be SAM's default still wins over the folder.
    assertEquals(32, file.complete(Parameters.of(Map.of("points-per-side", 32))).pointsPerSide());
    assertEquals(file.parameters(), file.complete(Parameters.of(Map.of())));
    // -1 is not set, in whole numbers and others.
    assertEquals(
        file.parameters(),
        file.complete(Parameters.of(Map.of("points-per-side", -1, "pred-iou-thresh", "-1.0"))));
  }

  @Test
  void explicitAndFolderTogether_leaveEveryLayerPoints() throws IOException {
    GeneratorFile file = read("{\"points_per_side\": 4, \"crop_n_layers\": 2}");
    SegmentAnythingParameters coarse = Parameters.of(Map.of("crop-n-points-downscale-factor", 4));
    assertEquals(
        "points_per_side 4 with crop_n_points_downscale_factor 4 leaves no points in crop layer 2",
        assertThrows(IllegalArgumentException.class, () -> file.complete(coarse)).getMessage());
  }

  @Test
  void allKeys() throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("points_per_side", "8");
    values.put("points_per_batch", "16");
    values.put("pred_iou_thresh", "0.1");
    values.put("stability_score_thresh", "0.2");
    values.put("stability_score_offset", "0.3");
    values.put("box_nms_thresh", "0.4");
    values.put("crop_n_layers", "2");
    values.put("crop_nms_thresh", "0.5");
    values.put("crop_overlap_ratio", "0.6");
    values.put("crop_n_points_downscale_factor", "2.0");
    values.put("min_mask_region_area", "70");
    String json =
        values.entrySet().stream()
            .map(e -> "\"" + e.getKey() + "\": " + e.getValue())
            .collect(Collectors.joining(", ", "{\"image_size\": 512, ", "}"));
    values.put("crop_n_points_downscale_factor", "2");
    assertEquals(new GeneratorFile(512, Parameters.of(dashed(values))), read(json));
    assertEquals(sams().keySet(), values.keySet());
  }

  @Test
  void wrongKeysAndValues_allAtOnce() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                read(
                    "{\"pred_iou\": 0.6, \"points_per_side\": 0, \"box_nms_thresh\": \"x\","
                        + " \"image_size\": 5}"));
    assertEquals(
        folder.resolve("generator.json")
            + ": unknown key 'pred_iou', the keys are image_size, points_per_side,"
            + " points_per_batch, pred_iou_thresh, stability_score_thresh,"
            + " stability_score_offset, box_nms_thresh, crop_n_layers, crop_nms_thresh,"
            + " crop_overlap_ratio, crop_n_points_downscale_factor, min_mask_region_area;"
            + " image_size is '5', but must be a whole number of pixels from 64 to 4096;"
            + " points_per_side is '0', but must be a whole number of points from 1 to 256;"
            + " box_nms_thresh is '\"x\"', but must be a number from 0 to 1",
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
        "{\"pred_iou_thresh\":null}",
        "{\"pred_iou_thresh\":\"0.5\"}",
        "{\"pred_iou_thresh\":-1}",
        "{\"points_per_side\":-1}",
        "{\"points_per_side\":\"8\"}",
        "{\"image_size\":0}",
        "{\"mode\":\"fast\"}"
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
    assertThrows(
        IllegalArgumentException.class,
        () -> Parameters.of(Map.of("points-per-side", points, "pred-iou-thresh", iou)));
  }

  @Test
  void outOfRange_keyValueAndRuleAreNamed() {
    assertEquals(
        "points-per-side is '0', but must be a whole number of points from 1 to 256, or -1",
        assertThrows(
                IllegalArgumentException.class, () -> Parameters.of(Map.of("points-per-side", 0)))
            .getMessage());
  }

  @Test
  void fastIsTheDefault() {
    SegmentAnythingParameters defaults = Parameters.of(Map.of());
    assertEquals(Mode.FAST, defaults.mode());
    assertEquals(192, defaults.maxPrompts());
  }

  @Test
  void hyperparameters_defaultToUnset_andCarrySamsNames() {
    Map<String, String> sams = new LinkedHashMap<>();
    for (HyperparameterSpec spec : HyperparameterSpec.of(new SegmentAnythingProvider())) {
      if (!spec.fallback().isEmpty()) {
        assertEquals("-1", spec.defaultValue());
        assertTrue(
            spec.text().endsWith(" -1: as the model folder says, else " + spec.fallback() + "."),
            spec.text());
        sams.put(spec.name().replace('-', '_'), spec.fallback());
      }
    }
    assertEquals(sams(), sams);
  }
}
