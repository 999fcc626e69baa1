package io.seamark.buffer.format;

/**
 * A segment of a log and the records that are in it.
 *
 * @param name of its file
 * @param sealed whether it is an Arrow file that changes no more; else the journal
 * @param first sequence of its first record
 * @param last sequence of its last record
 * @param records how many it has, at least 1
 * @param bytes size of the file
 */
public record StoredSegment(
    String name, boolean sealed, long first, long last, int records, long bytes) {}
