/**
 * Unknown-sample recognition: which frames the edge model cannot be trusted with. The miners read
 * {@link io.seamark.perception.PixelConfidence}, which the exported graph computes, so they cost
 * one pass over a sixteenth of the frame's pixels.
 *
 * <p>Sedna's {@code Threshold}, {@code CrossEntropy}, {@code IBT}, {@code Random}, {@code
 * CloudOnly} and {@code EdgeOnly} keep their names and hyperparameters. They were written for boxes
 * and for one vector of probabilities: a pixel stands for a box here, and the mean over the pixels
 * for the vector. {@code confidence_share} is Ianvs's {@code HardSampleMining}; {@code
 * score_margin} and {@code entropy} are the usual baselines; {@code upload_budget} wraps any of
 * them and holds a share of uploads, bytes a minute or the cloud's latency.
 *
 * <p>Scores are what the source of each rule defines, higher is easier. What cannot be judged is
 * refused, never called easy, where Sedna calls it easy. All are thread-safe.
 */
@NullMarked
package io.seamark.mining;

import org.jspecify.annotations.NullMarked;
