/**
 * Delivery of hard frames: one thread takes them from the outbox in order, posts them to
 * unknown-task-processing for as long as it takes, and acknowledges each once its answer is there.
 */
@NullMarked
package io.seamark.edge.upload;

import org.jspecify.annotations.NullMarked;
