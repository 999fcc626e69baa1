/**
 * Training: the networks of {@code io.seamark.network} on TensorFlow's graph and gradients. Start
 * with {@code RfNetTrainer}.
 *
 * <p>Native memory is TensorFlow's own: whoever makes a trainer closes it, and every tensor that a
 * step makes is closed within the step.
 */
@NullMarked
package io.seamark.network.tensorflow;

import org.jspecify.annotations.NullMarked;
