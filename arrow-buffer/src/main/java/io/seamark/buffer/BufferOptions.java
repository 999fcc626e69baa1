package io.seamark.buffer;

import io.seamark.buffer.format.LogLimits;

/**
 * Sizes of an {@link Outbox} or a {@link ReplayBuffer}.
 *
 * @param segmentBytes size from which on the next segment is begun, in bytes, at least 4096
 * @param maxBytes the most bytes on disk, at least 65536: a full outbox refuses samples, a full
 *     replay buffer drops its oldest sealed segments. Sealing needs up to a segment more for a
 *     moment.
 * @param memoryBytes direct memory that storing a sample may take for a moment, in bytes, at least
 *     1 MiB; a sample needs about four times its size
 */
public record BufferOptions(long segmentBytes, long maxBytes, long memoryBytes) {
  private static final long MEBIBYTE = 1L << 20;

  /** Checks the ranges. */
  public BufferOptions {
    new LogLimits(segmentBytes, 1, memoryBytes, true);
    if (maxBytes < 65536) {
      throw new IllegalArgumentException(
          "buffer size is " + maxBytes + " bytes, but must be at least 65536");
    }
  }

  /**
   * For a replay buffer: segments of 64 MiB, no bound on their number, 64 MiB of memory.
   *
   * @return the options
   */
  public static BufferOptions defaults() {
    return new BufferOptions(64 * MEBIBYTE, Long.MAX_VALUE, 64 * MEBIBYTE);
  }

  /**
   * For an edge's outbox: segments of 16 MiB, at most 1 GiB on disk, 64 MiB of memory.
   *
   * @return the options
   */
  public static BufferOptions outboxDefaults() {
    return new BufferOptions(16 * MEBIBYTE, 1024 * MEBIBYTE, 64 * MEBIBYTE);
  }

  /**
   * The same with another segment size.
   *
   * @param bytes see {@link #segmentBytes}
   * @return the options
   */
  public BufferOptions withSegmentBytes(long bytes) {
    return new BufferOptions(bytes, maxBytes, memoryBytes);
  }

  /**
   * The same with another bound.
   *
   * @param bytes see {@link #maxBytes}
   * @return the options
   */
  public BufferOptions withMaxBytes(long bytes) {
    return new BufferOptions(segmentBytes, bytes, memoryBytes);
  }

  /**
   * The same with another memory limit.
   *
   * @param bytes see {@link #memoryBytes}
   * @return the options
   */
  public BufferOptions withMemoryBytes(long bytes) {
    return new BufferOptions(segmentBytes, maxBytes, bytes);
  }

  /** A bounded buffer needs several segments, since whole ones are deleted. */
  LogLimits limits(boolean seal) {
    return new LogLimits(
        Math.max(4096, Math.min(segmentBytes, maxBytes / 8)), 4096, memoryBytes, seal);
  }
}
