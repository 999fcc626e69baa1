/**
 * What labelled frames are made into before they are learnt from: {@link
 * io.seamark.knowledge.augmentation.Restyle} gives them the look of the stream.
 */
@NullMarked
package io.seamark.knowledge.augmentation;

import org.jspecify.annotations.NullMarked;
