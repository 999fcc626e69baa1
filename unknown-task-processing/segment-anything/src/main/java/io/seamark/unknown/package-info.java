/**
 * Unknown-task processing: the cloud's answer to a frame that the edge model cannot be trusted
 * with. {@code sam_fusion} composes a mask generator and a mask fusion.
 */
@NullMarked
package io.seamark.unknown;

import org.jspecify.annotations.NullMarked;
