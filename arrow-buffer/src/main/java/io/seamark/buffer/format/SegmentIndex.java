package io.seamark.buffer.format;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which segments a log has and where each record is. Records may be looked up at any time; segments
 * and all changes are guarded by the log's lock.
 */
final class SegmentIndex<E> {
  private final ConcurrentNavigableMap<Long, Located<E>> records = new ConcurrentSkipListMap<>();
  private final TreeMap<Long, Segment<E>> segments = new TreeMap<>();
  private volatile long next;

  /** A record and the segment that it is in. */
  record Located<E>(Segment<E> segment, RecordAt<E> record) {}

  /** Adds a segment with its records, in place of the one that has its id. */
  void put(Segment<E> segment) {
    segments.put(segment.id, segment);
    for (RecordAt<E> record : segment.records) {
      records.put(record.sequence(), new Located<>(segment, record));
      advanceTo(record.sequence() + 1);
    }
  }

  /** Adds a journal, or what was found at its end since. */
  void follow(Segment<E> journal, List<RecordAt<E>> since) {
    segments.put(journal.id, journal);
    for (RecordAt<E> record : since) {
      add(journal, record);
    }
  }

  /** Adds a record to a segment, behind those that it has. */
  void add(Segment<E> segment, RecordAt<E> record) {
    segment.records.add(record);
    records.put(record.sequence(), new Located<>(segment, record));
  }

  /** Removes a segment and its records. */
  void remove(Segment<E> segment) {
    segments.remove(segment.id);
    removeRecords(segment);
  }

  /** Removes the records of a segment, which stays. */
  void removeRecords(Segment<E> segment) {
    segment.records.forEach(r -> records.remove(r.sequence()));
  }

  /** Removes the records of a segment that are in no other by now. */
  void removeLeft(Segment<E> old) {
    for (RecordAt<E> record : old.records) {
      records.computeIfPresent(
          record.sequence(), (sequence, now) -> now.segment() == old ? null : now);
    }
  }

  /** Removes one record, of its segment too; null if it is not there. */
  @Nullable Located<E> removeRecord(long sequence) {
    Located<E> located = records.remove(sequence);
    if (located != null) {
      located.segment().remove(sequence);
    }
    return located;
  }

  @Nullable Segment<E> segment(long id) {
    return segments.get(id);
  }

  /** The segments of this moment, ascending by id. */
  List<Segment<E>> segments() {
    return List.copyOf(segments.values());
  }

  int segmentCount() {
    return segments.size();
  }

  long bytes() {
    return segments.values().stream().mapToLong(s -> s.bytes).sum();
  }

  @Nullable Located<E> find(long sequence) {
    return records.get(sequence);
  }

  long first() {
    Map.Entry<Long, ?> entry = records.firstEntry();
    return entry == null ? next : entry.getKey();
  }

  long next() {
    return next;
  }

  /** The next record gets at least this sequence. */
  void advanceTo(long sequence) {
    next = Math.max(next, sequence);
  }

  long ceiling(long sequence) {
    Long key = records.ceilingKey(sequence);
    return key == null ? next : key;
  }

  int count() {
    return records.size();
  }

  int countFrom(long sequence) {
    return records.tailMap(sequence).size();
  }

  /** The sequences of this moment, ascending. */
  Iterable<Long> sequences() {
    return new TreeSet<>(records.keySet());
  }

  Stream<E> entries() {
    return records.values().stream().map(located -> located.record().entry());
  }
}
