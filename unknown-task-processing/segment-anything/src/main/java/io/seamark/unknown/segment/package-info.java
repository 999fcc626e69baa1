/**
 * SAM's automatic mask generation (Kirillov et al. 2023, "Segment Anything", arXiv 2304.02643) on a
 * folder with its two ONNX graphs ({@link io.seamark.unknown.segment.SamFolder} says under which
 * names, {@code DecoderSignature} with which inputs and outputs): plugin {@code segment_anything},
 * entry type {@link io.seamark.unknown.segment.SegmentAnything}.
 *
 * <p>It is the original's procedure step by step: a grid of points, three masks a point, filtered
 * by predicted IoU, stability, closeness to a crop's edge, and non-maximum suppression. What is
 * ours is how the steps are computed: masks are enlarged only where the predicted IoU lets them
 * pass, row by row and only where they can be positive, and are held as runs of pixels, so that
 * memory does not grow with the number of prompts.
 */
@NullMarked
package io.seamark.unknown.segment;

import org.jspecify.annotations.NullMarked;
