package io.seamark.unknown.segment;

import io.seamark.plugin.Hyperparameter;
import java.nio.file.Path;

/**
 * Hyperparameters of {@code segment_anything}, under SAM's names in dash-case; what each means is
 * said by its annotation and nowhere else. SAM's own have a fallback: {@value #UNSET} leaves them
 * to {@code generator.json} in the model folder, and where that is silent to SAM's default. Masks
 * are generated with complete parameters, which leave nothing open.
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
            text = "Prompts along each side of the grid.",
            defaultValue = UNSET,
            fallback = "32",
            min = 1,
            max = 256,
            unit = "points",
            source = PAPER)
        int pointsPerSide,
    @Hyperparameter(
            text = "Prompts decoded before their masks are filtered. Results do not depend on it.",
            defaultValue = UNSET,
            fallback = "64",
            min = 1,
            max = 4096,
            unit = "points",
            source = PAPER)
        int pointsPerBatch,
    @Hyperparameter(
            text = "Masks whose predicted IoU is not above this are dropped; 0 keeps all.",
            defaultValue = UNSET,
            fallback = "0.88",
            min = 0,
            max = 1,
            source = PAPER)
        double predIouThresh,
    @Hyperparameter(
            text = "Masks whose stability score is below this are dropped; 0 keeps all.",
            defaultValue = UNSET,
            fallback = "0.95",
            min = 0,
            max = 1,
            source = PAPER)
        double stabilityScoreThresh,
    @Hyperparameter(
            text = "Shift of the logit threshold, either way, that stability is measured with.",
            defaultValue = UNSET,
            fallback = "1.0",
            min = 0,
            max = 100,
            unit = "logits",
            source = PAPER)
        double stabilityScoreOffset,
    @Hyperparameter(
            text = "IoU of boxes above which the mask of lower predicted IoU is dropped.",
            defaultValue = UNSET,
            fallback = "0.7",
            min = 0,
            max = 1,
            source = PAPER)
        double boxNmsThresh,
    @Hyperparameter(
            text = "Layers of crops besides the whole image; layer i has 2^i crops a side.",
            defaultValue = UNSET,
            fallback = "0",
            min = 0,
            max = 4,
            unit = "layers",
            source = PAPER)
        int cropNLayers,
    @Hyperparameter(
            text = "As box-nms-thresh, between masks of different crops; smaller crops win.",
            defaultValue = UNSET,
            fallback = "0.7",
            min = 0,
            max = 1,
            source = PAPER)
        double cropNmsThresh,
    @Hyperparameter(
            text = "Overlap of the first layer's crops as a share of the short side.",
            defaultValue = UNSET,
            fallback = "" + 512.0 / 1500,
            min = 0,
            max = 1,
            source = PAPER)
        double cropOverlapRatio,
    @Hyperparameter(
            text = "Each layer's grid has so many times fewer points a side.",
            defaultValue = UNSET,
            fallback = "1",
            min = 1,
            max = 64,
            source = PAPER)
        int cropNPointsDownscaleFactor,
    @Hyperparameter(
            text = "Holes and islands smaller than this are removed; 0 keeps all.",
            defaultValue = UNSET,
            fallback = "0",
            min = 0,
            max = Integer.MAX_VALUE,
            unit = "pixels",
            source = PAPER)
        int minMaskRegionArea) {
  static final String UNSET = "-1";
  static final String PAPER = "arXiv 2304.02643";

  /** Checks that every layer of crops has points, where it is known how many there are. */
  public SegmentAnythingParameters {
    boolean known = pointsPerSide > 0 && cropNPointsDownscaleFactor > 0 && cropNLayers >= 0;
    if (known && pointsPerSide(pointsPerSide, cropNPointsDownscaleFactor, cropNLayers) < 1) {
      throw new IllegalArgumentException(
          String.format(
              "points_per_side %d with crop_n_points_downscale_factor %d leaves no points in crop"
                  + " layer %d",
              pointsPerSide, cropNPointsDownscaleFactor, cropNLayers));
    }
  }

  /**
   * Points along each side of the grid of a layer of crops, of complete parameters.
   *
   * @param layer 0 for the whole image, at most {@link #cropNLayers}
   * @return at least 1
   */
  int pointsPerSide(int layer) {
    return pointsPerSide(pointsPerSide, cropNPointsDownscaleFactor, layer);
  }

  private static int pointsPerSide(int points, int factor, int layer) {
    return (int) (points / Math.pow(factor, layer));
  }
}
