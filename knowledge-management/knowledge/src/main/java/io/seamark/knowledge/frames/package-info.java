/**
 * Frames with a class for each pixel, from wherever they come: retained ones with labels, buffered
 * ones with the cloud's answers. All are read one at a time, when they are needed; see {@link
 * io.seamark.knowledge.frames.LabelledFrames}.
 */
@NullMarked
package io.seamark.knowledge.frames;

import org.jspecify.annotations.NullMarked;
