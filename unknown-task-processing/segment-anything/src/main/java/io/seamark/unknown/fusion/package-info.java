/**
 * Fusion of masks that have no class with the edge model's class scores: {@code score_sum} and
 * {@code majority_vote}, the two ways of the Ianvs example, to the letter, and {@code quality_sum},
 * which weighs a mask's quality against the edge model's confidence. All take the masks largest
 * first, so that a smaller mask overwrites a larger one, and all vote on what the edge model said,
 * never on what an earlier mask painted.
 */
@NullMarked
package io.seamark.unknown.fusion;

import org.jspecify.annotations.NullMarked;
