package io.seamark.buffer;

import io.seamark.buffer.format.LogLimits;
import io.seamark.setting.BufferSettings;
import io.seamark.setting.SettingGroup;

/**
 * Sizes of an {@link Outbox} or a {@link ReplayBuffer}. An outbox has only the first two and the
 * last.
 *
 * @param segmentBytes size from which on the next segment is begun, in bytes, at least 4096
 * @param maxBytes the most bytes on disk, at least 65536: a full outbox refuses samples, a full
 *     replay buffer drops its oldest sealed segments. Sealing needs up to a segment more for a
 *     moment.
 * @param maxSamples the most samples, at least 1; beyond it the oldest sealed segments are dropped
 * @param maxSamplesPerEdge the most samples of one edge, 1 to {@code maxSamples}; beyond it, or
 *     beyond the same share of the bytes, its own oldest samples are dropped, so that no edge
 *     pushes out the others
 * @param maxEdges edges that may have samples at a time, at least 1; samples of one more are
 *     refused
 * @param memoryBytes direct memory that storing may take for a moment, all samples that are stored
 *     at once together, in bytes, 1 MiB to 2^40; a sample needs about four times its size
 */
public record BufferOptions(
    long segmentBytes,
    long maxBytes,
    int maxSamples,
    int maxSamplesPerEdge,
    int maxEdges,
    long memoryBytes) {
  private static final long MEBIBYTE = 1L << 20;

  /** Sealing holds the index of a segment in memory, which is little for so many records. */
  private static final int SEGMENT_SAMPLES = 4096;

  /**
   * Heap that the index takes for a sample: its id and domain of the most characters, two bytes
   * each, 440 and 540 with what finds them; the pixels of the most classes, 1,040; its look, 130;
   * and 310 for the places in the log's, the names' and the edges' tables.
   */
  private static final long SAMPLE_INDEX = 2560;

  /** The same for an edge. */
  private static final long EDGE_INDEX = 1024;

  /** Checks the ranges. */
  public BufferOptions {
    new LogLimits(segmentBytes, 1, memoryBytes, true);
    if (maxBytes < 65536) {
      throw new IllegalArgumentException(
          "buffer size is " + maxBytes + " bytes, but must be at least 65536");
    }
    if (maxSamples < 1 || maxEdges < 1) {
      throw new IllegalArgumentException(
          String.format(
              "buffer has room for %d samples of %d edges, but must have it for at least 1 of 1",
              maxSamples, maxEdges));
    }
    if (maxSamplesPerEdge < 1 || maxSamplesPerEdge > maxSamples) {
      throw new IllegalArgumentException(
          String.format(
              "buffer has room for %d samples of an edge, but must have it for 1 to %d",
              maxSamplesPerEdge, maxSamples));
    }
  }

  /**
   * For a replay buffer that is set to nothing.
   *
   * @return the options
   */
  public static BufferOptions defaults() {
    return of(SettingGroup.BUFFER.defaults());
  }

  /**
   * For a replay buffer: segments of 64 MiB, 64 MiB of memory.
   *
   * @param settings its bounds
   * @return the options
   */
  public static BufferOptions of(BufferSettings settings) {
    return new BufferOptions(
        64 * MEBIBYTE,
        settings.maxBytes(),
        settings.maxSamples(),
        settings.ofOneEdge(),
        settings.maxEdges(),
        64 * MEBIBYTE);
  }

  /**
   * The same without any bound, for one who opens a buffer but adds nothing.
   *
   * @return the options
   */
  public static BufferOptions unbounded() {
    int many = Integer.MAX_VALUE;
    return new BufferOptions(64 * MEBIBYTE, Long.MAX_VALUE, many, many, many, 64 * MEBIBYTE);
  }

  /**
   * For an edge's outbox: segments of 16 MiB, 64 MiB of memory.
   *
   * @param maxBytes the most bytes on disk
   * @return the options
   */
  public static BufferOptions outbox(long maxBytes) {
    return unbounded().withSegmentBytes(16 * MEBIBYTE).withMaxBytes(maxBytes);
  }

  /**
   * The same with another segment size.
   *
   * @param bytes see {@link #segmentBytes}
   * @return the options
   */
  public BufferOptions withSegmentBytes(long bytes) {
    return new BufferOptions(bytes, maxBytes, maxSamples, maxSamplesPerEdge, maxEdges, memoryBytes);
  }

  /**
   * The same with another bound.
   *
   * @param bytes see {@link #maxBytes}
   * @return the options
   */
  public BufferOptions withMaxBytes(long bytes) {
    return new BufferOptions(
        segmentBytes, bytes, maxSamples, maxSamplesPerEdge, maxEdges, memoryBytes);
  }

  /**
   * The same with other bounds on samples.
   *
   * @param samples see {@link #maxSamples}
   * @param perEdge see {@link #maxSamplesPerEdge}
   * @param edges see {@link #maxEdges}
   * @return the options
   */
  public BufferOptions withMaxSamples(int samples, int perEdge, int edges) {
    return new BufferOptions(segmentBytes, maxBytes, samples, perEdge, edges, memoryBytes);
  }

  /**
   * Heap that a buffer's index takes at most, once it has as many samples as it may.
   *
   * @return in bytes
   */
  public long indexBytes() {
    return SAMPLE_INDEX * maxSamples + EDGE_INDEX * Math.min(maxEdges, maxSamples);
  }

  /** The most bytes of one edge: its share of the samples. */
  long maxBytesPerEdge() {
    return (long) ((double) maxBytes * maxSamplesPerEdge / maxSamples);
  }

  /** A bounded buffer needs several segments, since whole ones are deleted. */
  LogLimits limits(boolean seal) {
    return new LogLimits(
        Math.max(4096, Math.min(segmentBytes, maxBytes / 8)),
        seal ? Math.max(1, Math.min(SEGMENT_SAMPLES, maxSamples / 8)) : Integer.MAX_VALUE,
        memoryBytes,
        seal);
  }
}
