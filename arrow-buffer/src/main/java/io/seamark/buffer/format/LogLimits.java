package io.seamark.buffer.format;

/**
 * How large a log's parts may grow, and whether they are sealed.
 *
 * @param segmentBytes size from which on a new journal is begun, in bytes, at least 4096
 * @param segmentRecords number of records from which on a new journal is begun, at least 1
 * @param memoryBytes direct memory that records may take for a moment while they are encoded, all
 *     that are at a time together, in bytes, 1 MiB to 2^40; a record needs about four times its
 *     size
 * @param seal whether a full journal is sealed. A log whose records are soon deleted should not:
 *     sealing writes every record a second time.
 */
public record LogLimits(long segmentBytes, int segmentRecords, long memoryBytes, boolean seal) {
  /** Checks the ranges. */
  public LogLimits {
    if (segmentBytes < 4096) {
      throw new IllegalArgumentException(
          "segment size is " + segmentBytes + " bytes, but must be at least 4096");
    }
    if (segmentRecords < 1) {
      throw new IllegalArgumentException(
          "a segment has " + segmentRecords + " records, but must have at least 1");
    }
    if (memoryBytes < 1 << 20 || memoryBytes > 1L << 40) {
      throw new IllegalArgumentException(
          "memory is " + memoryBytes + " bytes, but must be 1048576 to 1099511627776");
    }
  }
}
