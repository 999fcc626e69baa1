/**
 * Steps 6 to 8 of the loop, for whoever takes a frame that way: {@link
 * io.seamark.unknown.processing.FrameProcessing} finds masks and fuses them with the edge model's
 * scores, {@link io.seamark.unknown.processing.UnseenTasks} looks at the sample again before that
 * and names its task after it, and {@link io.seamark.unknown.processing.HardSamples} keeps sample
 * and answer in the replay buffer.
 *
 * <p>What fails has a {@link io.seamark.failure.FailureKind}: only what is wrong with the request
 * itself is bad input. What a plugin throws or gives wrongly is the plugin's failure, under its
 * name.
 */
@NullMarked
package io.seamark.unknown.processing;

import org.jspecify.annotations.NullMarked;
