/**
 * Unknown-sample recognition: which frames the edge model cannot be trusted with. The miners read
 * {@link io.seamark.perception.PixelConfidence}, which the exported graph computes, so they cost
 * one pass over a sixteenth of the frame's pixels.
 *
 * <p>Scores are what the source of each rule defines, higher is easier. What cannot be judged is
 * refused, never called easy.
 */
@NullMarked
package io.seamark.mining;

import org.jspecify.annotations.NullMarked;
