/**
 * Hard samples on their way: as messages between edge and cloud ({@link
 * io.seamark.buffer.ArrowMessages}), in the edge's {@link io.seamark.buffer.Outbox} until the cloud
 * has them, and in the cloud's {@link io.seamark.buffer.ReplayBuffer} for training. Both stores are
 * one append-only log of Arrow segments, written down to the byte in {@link
 * io.seamark.buffer.format}.
 */
@NullMarked
package io.seamark.buffer;

import org.jspecify.annotations.NullMarked;
