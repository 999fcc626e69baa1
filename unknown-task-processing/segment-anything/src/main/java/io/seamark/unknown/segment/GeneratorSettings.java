package io.seamark.unknown.segment;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.seamark.host.PlainFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The values that mask generation runs with, in SAM's meaning. Components carry SAM's parameter
 * names in camel case.
 *
 * @param imageSize side of the encoder's square input in pixels, 0 for what the encoder's graph
 *     says
 * @param pointsPerSide prompts along each side of the grid
 * @param pointsPerBatch prompts decoded before their masks are filtered; no influence on results
 * @param predIouThresh masks whose predicted IoU is not above it are dropped; 0 keeps all
 * @param stabilityScoreThresh masks whose stability is below it are dropped; 0 keeps all
 * @param stabilityScoreOffset shift of the logit threshold, either way, that stability is measured
 *     with
 * @param boxNmsThresh IoU of boxes above which the mask of lower predicted IoU is dropped
 * @param cropNLayers layers of crops besides the whole image; layer i has 2^i crops a side
 * @param cropNmsThresh as {@code boxNmsThresh}, between masks of different crops
 * @param cropOverlapRatio overlap of the first layer's crops as a share of the short side
 * @param cropNPointsDownscaleFactor each layer's grid has so many times fewer points a side
 * @param minMaskRegionArea holes and islands smaller than this are removed, in pixels; 0 keeps all
 */
public record GeneratorSettings(
    int imageSize,
    int pointsPerSide,
    int pointsPerBatch,
    double predIouThresh,
    double stabilityScoreThresh,
    double stabilityScoreOffset,
    double boxNmsThresh,
    int cropNLayers,
    double cropNmsThresh,
    double cropOverlapRatio,
    int cropNPointsDownscaleFactor,
    int minMaskRegionArea) {
  /** Name of the file in a model folder that holds what its checkpoint needs instead. */
  public static final String FILE = "generator.json";

  private static final int MAX_FILE_BYTES = 64 * 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The parameters by SAM's name, with their ranges, in the order of the components. */
  private static final List<Rule> RULES =
      List.of(
          new Rule("image_size", true, 64, 4096),
          new Rule("points_per_side", true, 1, 256),
          new Rule("points_per_batch", true, 1, 4096),
          new Rule("pred_iou_thresh", false, 0, 1),
          new Rule("stability_score_thresh", false, 0, 1),
          new Rule("stability_score_offset", false, 0, 100),
          new Rule("box_nms_thresh", false, 0, 1),
          new Rule("crop_n_layers", true, 0, 4),
          new Rule("crop_nms_thresh", false, 0, 1),
          new Rule("crop_overlap_ratio", false, 0, 1),
          new Rule("crop_n_points_downscale_factor", true, 1, 64),
          new Rule("min_mask_region_area", true, 0, Integer.MAX_VALUE));

  /** The original's defaults; declared after the rules it is checked with. */
  public static final GeneratorSettings SAM =
      new GeneratorSettings(0, 32, 64, 0.88, 0.95, 1.0, 0.7, 0, 0.7, 512.0 / 1500, 1, 0);

  private record Rule(String name, boolean whole, double min, double max) {
    String text() {
      String least = whole ? Long.toString((long) min) : Double.toString(min);
      String most = whole ? Long.toString((long) max) : Double.toString(max);
      return (whole ? "a whole number from " : "a number from ") + least + " to " + most;
    }

    boolean allows(double value) {
      return value >= min && value <= max && (!whole || value == Math.rint(value));
    }
  }

  /** Checks the ranges, and that every layer of crops has points. */
  public GeneratorSettings {
    double[] values = {
      imageSize,
      pointsPerSide,
      pointsPerBatch,
      predIouThresh,
      stabilityScoreThresh,
      stabilityScoreOffset,
      boxNmsThresh,
      cropNLayers,
      cropNmsThresh,
      cropOverlapRatio,
      cropNPointsDownscaleFactor,
      minMaskRegionArea
    };
    for (int i = imageSize == 0 ? 1 : 0; i < values.length; i++) {
      Rule rule = RULES.get(i);
      if (!rule.allows(values[i])) {
        throw new IllegalArgumentException(
            rule.name
                + " is "
                + (rule.whole ? Long.toString((long) values[i]) : Double.toString(values[i]))
                + ", but must be "
                + rule.text());
      }
    }
    if (pointsPerSide(pointsPerSide, cropNPointsDownscaleFactor, cropNLayers) < 1) {
      throw new IllegalArgumentException(
          String.format(
              "points_per_side %d with crop_n_points_downscale_factor %d leaves no points in crop"
                  + " layer %d",
              pointsPerSide, cropNPointsDownscaleFactor, cropNLayers));
    }
  }

  /**
   * Points along each side of the grid of a layer of crops.
   *
   * @param layer 0 for the whole image
   * @return at least 1
   */
  public int pointsPerSide(int layer) {
    return pointsPerSide(pointsPerSide, cropNPointsDownscaleFactor, layer);
  }

  private static int pointsPerSide(int points, int factor, int layer) {
    return (int) (points / Math.pow(factor, layer));
  }

  /**
   * Reads what a model folder says, on top of SAM's defaults.
   *
   * @param folder a model folder
   * @return SAM's defaults where the folder has no {@value #FILE}
   * @throws IOException if the file is not a JSON object of SAM's parameters; the message names the
   *     file, the key, its value and the rule
   */
  public static GeneratorSettings ofFolder(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    byte[] text;
    try (var in = Files.newInputStream(PlainFile.require(file))) {
      text = in.readNBytes(MAX_FILE_BYTES + 1);
    } catch (NoSuchFileException e) {
      return SAM;
    }
    if (text.length > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!root.isObject()) {
      throw new IOException(
          file + " must hold one JSON object with mask-generator parameters: " + names());
    }
    double[] values = SAM.values();
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      int i = 0;
      while (i < RULES.size() && !RULES.get(i).name.equals(entry.getKey())) {
        i++;
      }
      if (i == RULES.size()) {
        wrong.add("unknown key '" + entry.getKey() + "', the keys are " + names());
      } else if (!entry.getValue().isNumber()
          || !RULES.get(i).allows(entry.getValue().doubleValue())) {
        wrong.add(
            entry.getKey() + " is " + entry.getValue() + ", but must be " + RULES.get(i).text());
      } else {
        values[i] = entry.getValue().doubleValue();
      }
    }
    if (!wrong.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", wrong));
    }
    try {
      return ofValues(values);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * These settings with what was configured explicitly in their place.
   *
   * @param explicit the plugin's hyperparameters
   * @return settings in which explicit values win
   */
  GeneratorSettings with(SegmentAnythingParameters explicit) {
    double[] values = values();
    double[] wins = {
      SegmentAnythingParameters.UNSET,
      explicit.pointsPerSide(),
      explicit.pointsPerBatch(),
      explicit.predIouThresh(),
      explicit.stabilityScoreThresh(),
      explicit.stabilityScoreOffset(),
      explicit.boxNmsThresh(),
      explicit.cropNLayers(),
      explicit.cropNmsThresh(),
      explicit.cropOverlapRatio(),
      explicit.cropNPointsDownscaleFactor(),
      explicit.minMaskRegionArea()
    };
    for (int i = 0; i < values.length; i++) {
      if (wins[i] != SegmentAnythingParameters.UNSET) {
        values[i] = wins[i];
      }
    }
    return ofValues(values);
  }

  private double[] values() {
    return new double[] {
      imageSize,
      pointsPerSide,
      pointsPerBatch,
      predIouThresh,
      stabilityScoreThresh,
      stabilityScoreOffset,
      boxNmsThresh,
      cropNLayers,
      cropNmsThresh,
      cropOverlapRatio,
      cropNPointsDownscaleFactor,
      minMaskRegionArea
    };
  }

  private static GeneratorSettings ofValues(double[] v) {
    return new GeneratorSettings(
        (int) v[0],
        (int) v[1],
        (int) v[2],
        v[3],
        v[4],
        v[5],
        v[6],
        (int) v[7],
        v[8],
        v[9],
        (int) v[10],
        (int) v[11]);
  }

  private static String names() {
    return RULES.stream().map(Rule::name).collect(Collectors.joining(", "));
  }
}
