/**
 * The data of the loop: frames, labels, the edge model's predictions, masks, and how answers are
 * scored. Plain immutable values with their shapes, units and ranges; start with {@link
 * io.seamark.perception.Sample} and {@link io.seamark.perception.Prediction}.
 *
 * <p>Arrays are not copied on construction or on access, for speed: whoever hands an array to one
 * of these values must not write to it afterwards.
 */
@NullMarked
package io.seamark.perception;

import org.jspecify.annotations.NullMarked;
