package io.seamark.setting;

import io.seamark.plugin.Hyperparameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a round trains and judges.
 *
 * @param steps optimiser steps of a round
 * @param batch frames of a step; all of them retained ones at first, the smaller half then
 * @param learningRate peak rate of AdamW, which falls along half a cosine
 * @param holdout one in this many samples, and retained frames, is kept for judging
 * @param judgeFrames held-out buffered samples that models are judged on at most, spread evenly
 *     over the buffer
 * @param judgeRetained held-out retained frames that models are judged on at most
 * @param edgeOutlier least difference in agreement that holds an edge out; 0 for never
 * @param classWeights whether rare classes weigh more
 * @param rareClasses temperature at which retained frames with rare classes are drawn more often; 0
 *     for never
 * @param averaging share of the steps over which weights are averaged; 0 for no average
 * @param candidates models of a round that are judged, with commas between them
 * @param relabelAfter share of the steps after which the stream is labelled anew; 1 for never
 * @param relabelFrames frames of each task that are labelled anew at most
 * @param relabelSure probability from which such a label is learnt from
 * @param relabelMasks whether the cloud's masks are labelled as a whole then
 * @param scale largest change of a frame's scale, as a factor
 * @param crop of the frames that is trained on, {@code WIDTHxHEIGHT}; empty for the whole frame
 * @param checkpoint steps from one checkpoint of a round to the next; 0 for none
 * @param threads for training; 0 for those of every computation
 * @param size of the frames, {@code WIDTHxHEIGHT}; empty for that of the user's own labelled frames
 * @param maxBytes what a training may take of native memory
 */
public record TrainingSettings(
    @Hyperparameter(
            text = "Optimiser steps of a round.",
            defaultValue = "300",
            min = 1,
            max = 100_000,
            unit = "steps")
        int steps,
    @Hyperparameter(
            text =
                "Frames of a step. Where there are retained frames, all of them are such ones until"
                    + " relabel-after, and the smaller half then.",
            defaultValue = "2",
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
            name = "edge-outlier",
            text =
                "How far the samples of an edge may agree less with the serving model than those of"
                    + " the median edge, as a share of pixels, before it is held out of the round; three"
                    + " deviations of the edges where that is more. 0: no edge is examined or held out.",
            defaultValue = "0.15",
            min = 0,
            max = 1)
        double edgeOutlier,
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
            name = "rare-classes",
            text =
                "Temperature at which retained frames with rare classes are drawn more often; the"
                    + " lower, the more often. 0: every frame as often as any other.",
            defaultValue = "0.1",
            min = 0,
            max = 100,
            source = "Hoyer et al. 2022, DAFormer, arXiv 2111.14887")
        double rareClasses,
    @Hyperparameter(
            text =
                "Share of the steps over which weights are averaged; the average is what is judged"
                    + " and serves. 0: the last weights.",
            defaultValue = "0.2",
            min = 0,
            max = 1,
            source = "Polyak and Juditsky 1992")
        double averaging,
    @Hyperparameter(
            text =
                "Models of a round that may become its version, with commas between them: averaged,"
                    + " last (the weights of the last step), restyled (those that have seen"
                    + " retained frames alone), halfway (between the serving model and the first"
                    + " named). They are ranked without labels of the stream; the best one that"
                    + " task_update_decision accepts serves. Where nothing is judged, it is the first"
                    + " named one that there is.",
            defaultValue = "averaged,last,restyled,halfway",
            source =
                "Hu et al. 2024, EnsV; Wortsman et al. 2022, Robust fine-tuning, arXiv 2109.01903")
        String candidates,
    @Hyperparameter(
            name = "relabel-after",
            text =
                "Share of the steps that learn from retained frames alone, in the look of the"
                    + " stream; then the model of the round labels the stream anew, and both are"
                    + " learnt from. 1: the stream's answers are never learnt from; without retained"
                    + " frames this has no meaning.",
            defaultValue = "0.4",
            min = 0,
            max = 1)
        double relabelAfter,
    @Hyperparameter(
            name = "relabel-frames",
            text =
                "Samples of each task that are labelled anew at most, spread evenly; 0: none, the"
                    + " cloud's answers are learnt from.",
            defaultValue = "256",
            min = 0,
            max = 100_000,
            unit = "frames")
        int relabelFrames,
    @Hyperparameter(
            name = "relabel-sure",
            text = "Probability from which a new label is learnt from.",
            defaultValue = "0.6",
            min = 0,
            max = 1)
        double relabelSure,
    @Hyperparameter(
            name = "relabel-masks",
            text =
                "Whether each mask that the cloud found in a frame is labelled anew as a whole, by"
                    + " the mean of the model's probabilities in it; thin structures that the model"
                    + " is sure of keep their class.",
            defaultValue = "true")
        boolean relabelMasks,
    @Hyperparameter(
            text =
                "Largest change of a frame's scale, as a factor: it is drawn from 1 / scale to scale."
                    + " 1: none, which is best for a camera that stays at its height: on the"
                    + " street 1.8 cost a round 0.02 of mean IoU on the day.",
            defaultValue = "1.0",
            min = 1,
            max = 8)
        double scale,
    @Hyperparameter(
            text =
                "WIDTHxHEIGHT of the part of a frame that is trained on, at a random place and"
                    + " scale, 32 to 4096 each; empty for whole frames.",
            defaultValue = "",
            unit = "pixels")
        String crop,
    @Hyperparameter(
            text =
                "Steps from one checkpoint to the next: a round whose process was killed goes on from"
                    + " the last. 0: none, it begins anew.",
            defaultValue = "50",
            min = 0,
            max = 100_000,
            unit = "steps")
        int checkpoint,
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

  /** The key of {@link #crop}. */
  public static final String CROP = "seamark.training.crop";

  /** The key of {@link #candidates}. */
  public static final String CANDIDATES = "seamark.training.candidates";

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
        edgeOutlier,
        classWeights,
        rareClasses,
        averaging,
        candidates,
        relabelAfter,
        relabelFrames,
        relabelSure,
        relabelMasks,
        scale,
        crop,
        checkpoint,
        threads,
        size,
        maxBytes);
    if (!size.isBlank()) {
      FrameSize.parse(SIZE, size.strip());
    }
    if (!crop.isBlank()) {
      FrameSize.parse(CROP, crop.strip());
    }
    Candidate.parse(candidates);
  }

  /** A model that a round makes. */
  public enum Candidate {
    /** The mean of the weights of the last part of the steps; the last ones without averaging. */
    AVERAGED,
    /** The weights after the last step. */
    LAST,
    /** Those that labelled the stream anew. */
    RESTYLED,
    /** The mean of the serving model and of the first of the others. */
    HALFWAY;

    /**
     * Reads names.
     *
     * @param names with commas between them
     * @return in that order, at least one
     * @throws IllegalArgumentException if one is unknown or named twice, or there is none
     */
    static List<Candidate> parse(String names) {
      List<Candidate> candidates = new ArrayList<>();
      for (String name : names.split(",", -1)) {
        Candidate found = null;
        for (Candidate candidate : values()) {
          found = candidate.text().equals(name.strip()) ? candidate : found;
        }
        if (found == null || candidates.contains(found)) {
          throw new IllegalArgumentException(
              CANDIDATES
                  + " is '"
                  + names
                  + "', but must be some of averaged, last, restyled and halfway, each once, with"
                  + " commas between them");
        }
        candidates.add(found);
      }
      if (candidates.equals(List.of(HALFWAY))) {
        throw new IllegalArgumentException(
            CANDIDATES + " is '" + names + "', but halfway needs another one beside it");
      }
      return candidates;
    }

    /**
     * Its name in configuration.
     *
     * @return in lower case
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The models of a round that may become its version.
   *
   * @return at least one, each once
   */
  public List<Candidate> candidateList() {
    return Candidate.parse(candidates);
  }

  /**
   * The configured size of the frames.
   *
   * @return null where none is configured
   */
  public @Nullable FrameSize frameSize() {
    return size.isBlank() ? null : FrameSize.parse(SIZE, size.strip());
  }

  /**
   * The configured part of the frames that is trained on.
   *
   * @return null for whole frames
   */
  public @Nullable FrameSize cropSize() {
    return crop.isBlank() ? null : FrameSize.parse(CROP, crop.strip());
  }
}
