/**
 * A replay buffer over Arrow Flight, for programs that read and write Arrow tables: {@link
 * io.seamark.flight.BufferServer} is where to start.
 *
 * <p>Record batches leave as they are on the disk, one row each and compressed with zstd, so that
 * the server neither decompresses nor compresses anything. What comes in is trusted no more than
 * what comes to a service by HTTP.
 */
@NullMarked
package io.seamark.flight;

import org.jspecify.annotations.NullMarked;
