package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import org.jspecify.annotations.Nullable;

/**
 * How a round trains and judges.
 *
 * @param steps optimiser steps of a round
 * @param batch frames of a step; the smaller half are retained frames, where there are any
 * @param learningRate peak rate of AdamW, which falls along half a cosine
 * @param holdout one in this many samples, and retained frames, is kept for judging
 * @param judgeFrames held-out buffered samples that models are judged on at most, spread evenly
 *     over the buffer
 * @param judgeRetained held-out retained frames that models are judged on at most
 * @param classWeights whether rare classes weigh more
 * @param threads for training; 0 for those of every computation
 * @param size of the frames, {@code WIDTHxHEIGHT}; empty for that of the user's own labelled frames
 * @param maxBytes what a training may take of native memory
 */
public record TrainingSettings(
    @Hyperparameter(
            text = "Optimiser steps of a round.",
            defaultValue = "100",
            min = 1,
            max = 100_000,
            unit = "steps")
        int steps,
    @Hyperparameter(
            text =
                "Frames of a step. The smaller half of them are retained frames, where there are"
                    + " any.",
            defaultValue = "4",
            min = 1,
            max = 64,
            unit = "frames")
        int batch,
    @Hyperparameter(
            name = "learning-rate",
            text = "Peak rate of AdamW, which falls along half a cosine.",
            defaultValue = "2.0E-4",
            min = 1e-9,
            max = 0.1,
            source = "Loshchilov and Hutter 2019, AdamW, arXiv 1711.05101")
        double learningRate,
    @Hyperparameter(
            text = "One in this many samples, and retained frames, is kept for judging.",
            defaultValue = "5",
            min = 2)
        int holdout,
    @Hyperparameter(
            name = "judge-frames",
            text =
                "Held-out samples that models are judged on at most, spread evenly over the buffer.",
            defaultValue = "24",
            min = 1,
            unit = "frames")
        int judgeFrames,
    @Hyperparameter(
            name = "judge-retained",
            text = "Held-out retained frames that models are judged on at most.",
            defaultValue = "12",
            min = 1,
            unit = "frames")
        int judgeRetained,
    @Hyperparameter(
            name = "class-weights",
            text =
                "Whether rare classes weigh more: 1 / ln(1.02 + share of pixels). Off by default:"
                    + " with answers that are not labels it cost three quarters of a round's gain and"
                    + " 0.02 mean IoU on the retained frames.",
            defaultValue = "false",
            source = "Paszke et al. 2016, ENet, arXiv 1606.02147")
        boolean classWeights,
    @Hyperparameter(
            text = "Threads of a training step. 0 is seamark.threads.",
            defaultValue = "0",
            min = 0,
            max = 256)
        int threads,
    @Hyperparameter(
            text =
                "WIDTHxHEIGHT of the frames that are trained and judged on, such as 480x360, 32 to"
                    + " 4096 each. Where nothing is said, that of the user's own labelled frames, or"
                    + " 480x360 without any, halved until it fits max-bytes.",
            defaultValue = "",
            unit = "pixels")
        String size,
    @Hyperparameter(
            name = "max-bytes",
            text = "What a training may take of memory outside of the heap.",
            defaultValue = "4294967296",
            min = 536_870_912,
            unit = "bytes")
        long maxBytes) {
  /** The key of {@link #size}. */
  public static final String SIZE = "seamark.training.size";

  /** The key of {@link #maxBytes}. */
  public static final String MAX_BYTES = "seamark.training.max-bytes";

  /** Checks the ranges. */
  public TrainingSettings {
    SettingGroup.TRAINING.check(
        steps,
        batch,
        learningRate,
        holdout,
        judgeFrames,
        judgeRetained,
        classWeights,
        threads,
        size,
        maxBytes);
    if (!size.isBlank()) {
      FrameSize.parse(SIZE, size.strip());
    }
  }

  /**
   * The configured size of the frames.
   *
   * @return null where none is configured
   */
  public @Nullable FrameSize frameSize() {
    return size.isBlank() ? null : FrameSize.parse(SIZE, size.strip());
  }
}
