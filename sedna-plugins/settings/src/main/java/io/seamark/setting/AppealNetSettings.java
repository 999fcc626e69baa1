package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;

/**
 * How AppealNet's predictor head is trained, behind a network that stays as it is (Li et al. 2021,
 * arXiv 2105.04104).
 *
 * @param frames examined, each once and made worse at random; 0 leaves the head as it is
 * @param steps optimiser steps on them
 * @param batch frames of a step
 * @param learningRate peak rate of AdamW, which falls along half a cosine
 * @param cost the paper's beta, what an upload costs where an error costs 1: the higher, the higher
 *     q(z=1|x) and the fewer uploads at one threshold. A frame is hard whose expected loss, 1 minus
 *     its soft mIoU against the cloud's answer, is above cost / threshold
 */
public record AppealNetSettings(
    @Hyperparameter(
            text =
                "Frames that are examined, each once and made worse at random. 0 leaves the head as"
                    + " it is.",
            defaultValue = "400",
            min = 0,
            max = 100_000,
            unit = "frames")
        int frames,
    @Hyperparameter(
            text = "Optimiser steps on them.",
            defaultValue = "600",
            min = 1,
            max = 100_000,
            unit = "steps")
        int steps,
    @Hyperparameter(
            text = "Frames of a step.",
            defaultValue = "64",
            min = 1,
            max = 1024,
            unit = "frames")
        int batch,
    @Hyperparameter(
            name = "learning-rate",
            text = "Peak rate of AdamW, which falls along half a cosine.",
            defaultValue = "0.003",
            min = 1e-9,
            max = 0.1)
        double learningRate,
    @Hyperparameter(
            text =
                "The paper's beta, what an upload costs where an error costs 1. A frame is hard"
                    + " whose expected loss is above cost / threshold.",
            defaultValue = "0.2",
            min = 1e-9,
            max = 100,
            source = "Li et al. 2021, AppealNet, arXiv 2105.04104")
        double cost) {
  /** Checks the ranges. */
  public AppealNetSettings {
    SettingGroup.APPEALNET.check(frames, steps, batch, learningRate, cost);
  }
}
