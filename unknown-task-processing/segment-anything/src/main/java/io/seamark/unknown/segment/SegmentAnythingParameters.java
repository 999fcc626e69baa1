package io.seamark.unknown.segment;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * Hyperparameters of {@code segment_anything}, under SAM's names in dash-case.
 *
 * <p>A value other than {@value #UNSET} is explicit and wins. {@value #UNSET}, the default of SAM's
 * own parameters, leaves the value to {@code generator.json} in the model folder, and where that is
 * silent to SAM's default ({@link GeneratorSettings#SAM}). No parameter of SAM can be negative, so
 * this cannot be mistaken for a value.
 *
 * @param folder model folder as {@link SamFolder} knows it; empty for the embedded segmenter
 * @param variant which of a folder's variants; see {@link SamFolder#find}
 * @param mode how prompts are chosen
 * @param maxPrompts prompts in each crop at most, in the fast mode
 * @param uncertainty how much an unsure edge model draws prompts, in the fast mode
 * @param probeMemory what the graphs may take when they are opened and run for the first time, in
 *     megabytes; 0 for a bound that grows with the files
 * @param probeSeconds how long that may take
 * @param pointsPerSide see {@link GeneratorSettings#pointsPerSide}
 * @param pointsPerBatch see {@link GeneratorSettings#pointsPerBatch}
 * @param predIouThresh see {@link GeneratorSettings#predIouThresh}
 * @param stabilityScoreThresh see {@link GeneratorSettings#stabilityScoreThresh}
 * @param stabilityScoreOffset see {@link GeneratorSettings#stabilityScoreOffset}
 * @param boxNmsThresh see {@link GeneratorSettings#boxNmsThresh}
 * @param cropNLayers see {@link GeneratorSettings#cropNLayers}
 * @param cropNmsThresh see {@link GeneratorSettings#cropNmsThresh}
 * @param cropOverlapRatio see {@link GeneratorSettings#cropOverlapRatio}
 * @param cropNPointsDownscaleFactor see {@link GeneratorSettings#cropNPointsDownscaleFactor}
 * @param minMaskRegionArea see {@link GeneratorSettings#minMaskRegionArea}
 */
public record SegmentAnythingParameters(
    @Hyperparameter(
            text =
                "Model folder with encoder.onnx and decoder.onnx, or Hugging Face's"
                    + " vision_encoder.onnx and prompt_encoder_mask_decoder.onnx, and optionally"
                    + " generator.json; empty is the embedded small segmenter.",
            defaultValue = "")
        Path folder,
    @Hyperparameter(
            text =
                "Which variant of the folder's files, such as quantized or fp16: the ending of"
                    + " their names; fp32 for names without one. Empty: fp32 where it is there, else"
                    + " the only one there is.",
            defaultValue = "")
        String variant,
    @Hyperparameter(
            text =
                "How prompts are chosen. fast: where least is found yet, at most max-prompts points"
                    + " of the grid. reference: every point of the grid, with exactly the original's"
                    + " filtering.",
            defaultValue = "fast")
        Mode mode,
    @Hyperparameter(
            text = "Prompts in each crop at most, in the fast mode.",
            defaultValue = "192",
            min = 1,
            max = 65536,
            unit = "points")
        int maxPrompts,
    @Hyperparameter(
            text =
                "How much prompts are drawn to where the edge model is unsure, in the fast mode: a"
                    + " point where it cannot choose between two classes counts as if it were this"
                    + " much farther from all that is prompted, 1 for twice as far. 0: not at all.",
            defaultValue = "0",
            min = 0,
            max = 100)
        double uncertainty,
    @Hyperparameter(
            text =
                "What the folder's graphs may take when they are opened and run once, in a process"
                    + " of their own, before they are used. 0: 2048 and 16 times the files' size.",
            defaultValue = "0",
            min = 0,
            max = 1048576,
            unit = "MB")
        int probeMemory,
    @Hyperparameter(
            text = "How long opening the folder's graphs and running them once may take.",
            defaultValue = "300",
            min = 1,
            max = 86400,
            unit = "seconds")
        int probeSeconds,
    @Hyperparameter(
            text =
                "Prompts along each side of the grid." + " -1: as the model folder says, else 32.",
            defaultValue = "-1",
            min = UNSET,
            max = 256,
            unit = "points",
            source = SOURCE)
        int pointsPerSide,
    @Hyperparameter(
            text =
                "Prompts decoded before their masks are filtered. Results do not depend on it."
                    + " -1: as the model folder says, else 64.",
            defaultValue = "-1",
            min = UNSET,
            max = 4096,
            unit = "points",
            source = SOURCE)
        int pointsPerBatch,
    @Hyperparameter(
            text =
                "Masks whose predicted IoU is not above this are dropped; 0 keeps all."
                    + " -1: as the model folder says, else 0.88.",
            defaultValue = "-1",
            min = UNSET,
            max = 1,
            source = SOURCE)
        double predIouThresh,
    @Hyperparameter(
            text =
                "Masks whose stability score is below this are dropped; 0 keeps all."
                    + " -1: as the model folder says, else 0.95.",
            defaultValue = "-1",
            min = UNSET,
            max = 1,
            source = SOURCE)
        double stabilityScoreThresh,
    @Hyperparameter(
            text =
                "Shift of the logit threshold, either way, that stability is measured with."
                    + " -1: as the model folder says, else 1.0.",
            defaultValue = "-1",
            min = UNSET,
            max = 100,
            unit = "logits",
            source = SOURCE)
        double stabilityScoreOffset,
    @Hyperparameter(
            text =
                "IoU of boxes above which the mask of lower predicted IoU is dropped."
                    + " -1: as the model folder says, else 0.7.",
            defaultValue = "-1",
            min = UNSET,
            max = 1,
            source = SOURCE)
        double boxNmsThresh,
    @Hyperparameter(
            text =
                "Layers of crops besides the whole image; layer i has 2^i crops a side."
                    + " -1: as the model folder says, else 0.",
            defaultValue = "-1",
            min = UNSET,
            max = 4,
            unit = "layers",
            source = SOURCE)
        int cropNLayers,
    @Hyperparameter(
            text =
                "As box-nms-thresh, between masks of different crops; smaller crops win."
                    + " -1: as the model folder says, else 0.7.",
            defaultValue = "-1",
            min = UNSET,
            max = 1,
            source = SOURCE)
        double cropNmsThresh,
    @Hyperparameter(
            text =
                "Overlap of the first layer's crops as a share of the short side."
                    + " -1: as the model folder says, else 512/1500.",
            defaultValue = "-1",
            min = UNSET,
            max = 1,
            source = SOURCE)
        double cropOverlapRatio,
    @Hyperparameter(
            text =
                "Each layer's grid has so many times fewer points a side."
                    + " -1: as the model folder says, else 1.",
            defaultValue = "-1",
            min = UNSET,
            max = 64,
            source = SOURCE)
        int cropNPointsDownscaleFactor,
    @Hyperparameter(
            text =
                "Holes and islands smaller than this are removed; 0 keeps all."
                    + " -1: as the model folder says, else 0.",
            defaultValue = "-1",
            min = UNSET,
            max = Integer.MAX_VALUE,
            unit = "pixels",
            source = SOURCE)
        int minMaskRegionArea) {
  /** The value that leaves a parameter to the model folder. */
  public static final int UNSET = -1;

  private static final int MAX_PROMPTS = 192;
  private static final double UNCERTAINTY = 0;
  private static final int PROBE_SECONDS = 300;

  private static final String SOURCE = "arXiv 2304.02643";

  /** Nothing explicit: everything as the embedded model says. */
  public static final SegmentAnythingParameters DEFAULTS = ofFolder(Path.of(""));

  /** Refuses fractions between -1 and 0, which are neither unset nor values. */
  public SegmentAnythingParameters {
    if (maxPrompts < 1) {
      throw new IllegalArgumentException(
          "max-prompts is " + maxPrompts + ", but must be at least 1");
    }
    if (!(uncertainty >= 0 && uncertainty <= 100)) {
      throw new IllegalArgumentException(
          "uncertainty is " + uncertainty + ", but must be 0 to 100");
    }
    check("points-per-side", pointsPerSide, 1, 256);
    check("points-per-batch", pointsPerBatch, 1, 4096);
    check("pred-iou-thresh", predIouThresh, 0, 1);
    check("stability-score-thresh", stabilityScoreThresh, 0, 1);
    check("stability-score-offset", stabilityScoreOffset, 0, 100);
    check("box-nms-thresh", boxNmsThresh, 0, 1);
    check("crop-n-layers", cropNLayers, 0, 4);
    check("crop-nms-thresh", cropNmsThresh, 0, 1);
    check("crop-overlap-ratio", cropOverlapRatio, 0, 1);
    check("crop-n-points-downscale-factor", cropNPointsDownscaleFactor, 1, 64);
    check("min-mask-region-area", minMaskRegionArea, 0, Integer.MAX_VALUE);
    if (probeMemory < 0 || probeSeconds < 1) {
      throw new IllegalArgumentException(
          "probe-memory is "
              + probeMemory
              + " and probe-seconds "
              + probeSeconds
              + ", but they must be at least 0 and 1");
    }
  }

  /**
   * Everything as a model folder says.
   *
   * @param folder model folder; the empty path for the embedded segmenter
   * @return parameters without explicit values
   */
  public static SegmentAnythingParameters ofFolder(Path folder) {
    return new SegmentAnythingParameters(
        folder,
        "",
        Mode.FAST,
        MAX_PROMPTS,
        UNCERTAINTY,
        0,
        PROBE_SECONDS,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET,
        UNSET);
  }

  /**
   * The same with another mode.
   *
   * @param mode how prompts are chosen
   * @param maxPrompts prompts in each crop at most, in the fast mode; at least 1
   * @return parameters in which all else is as here
   */
  public SegmentAnythingParameters withMode(Mode mode, int maxPrompts) {
    return new SegmentAnythingParameters(
        folder,
        variant,
        mode,
        maxPrompts,
        uncertainty,
        probeMemory,
        probeSeconds,
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
        minMaskRegionArea);
  }

  /**
   * The same with other bounds on the first opening.
   *
   * @param newMemory megabytes; 0 for a bound that grows with the files
   * @param newSeconds at least 1
   * @return parameters in which all else is as here
   */
  public SegmentAnythingParameters withProbe(int newMemory, int newSeconds) {
    return new SegmentAnythingParameters(
        folder,
        variant,
        mode,
        maxPrompts,
        uncertainty,
        newMemory,
        newSeconds,
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
        minMaskRegionArea);
  }

  private static void check(String name, double value, double min, double max) {
    if (value != UNSET && !(value >= min && value <= max)) {
      boolean whole = value == Math.rint(value);
      throw new IllegalArgumentException(
          String.format(
              "%s is %s, but must be %s to %s, or -1 for what the model folder says",
              name, whole ? Long.toString((long) value) : value, (long) min, (long) max));
    }
  }
}
