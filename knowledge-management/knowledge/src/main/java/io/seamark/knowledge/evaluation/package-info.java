/**
 * Judging models: {@link io.seamark.knowledge.evaluation.ModelJudge} computes figures on held-out
 * frames through the edge's own inference path, and {@link
 * io.seamark.knowledge.evaluation.EvaluationGate} decides on them.
 */
@NullMarked
package io.seamark.knowledge.evaluation;

import org.jspecify.annotations.NullMarked;
