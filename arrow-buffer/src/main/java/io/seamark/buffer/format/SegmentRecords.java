package io.seamark.buffer.format;

import java.util.List;

/**
 * Which records a segment has. What is asked here is known without reading the disk, and may be
 * asked at any time; changes are guarded by the log's lock.
 */
sealed interface SegmentRecords<E> permits HeldRecords, SummedRecords {
  /** Number of records. */
  int size();

  default boolean isEmpty() {
    return size() == 0;
  }

  /** Sequence of the first record; there must be one. */
  default long first() {
    return ceiling(0);
  }

  /** Sequence of the last record; lower than any of its own if there is none. */
  long last();

  boolean contains(long sequence);

  /** The first sequence that is there at or after one, or -1. */
  long ceiling(long sequence);

  int countFrom(long sequence);

  /** How they share out over the values of each counted column. */
  List<RecordCounts> counts();

  /** Takes away one that is there. */
  void remove(RecordAt<E> record);
}
