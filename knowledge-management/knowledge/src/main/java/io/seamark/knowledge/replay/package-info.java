/**
 * Replay policies: which buffered samples training draws from. Built in is {@link
 * io.seamark.knowledge.replay.Reservoir}, made by {@link
 * io.seamark.knowledge.replay.ReservoirProvider}.
 */
@NullMarked
package io.seamark.knowledge.replay;

import org.jspecify.annotations.NullMarked;
