package io.seamark.buffer.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which segments a log has, and which records are in each. What it says of records may be asked at
 * any time; segments and all changes are guarded by the log's lock. It holds a little for each
 * segment, and everything only of the records of journals.
 */
final class SegmentIndex<E> {
  private final RowSchema schema;
  private final TreeMap<Long, Segment<E>> segments = new TreeMap<>();

  /** How the records share out over the values of each counted column. */
  private final List<Map<String, Count>> totals = new ArrayList<>();

  private final List<Count> others = new ArrayList<>();

  /** Null until it is asked for again: opening adds one segment after the other. */
  private volatile @Nullable Order<E> order;

  private volatile long next;

  SegmentIndex(RowSchema schema) {
    this.schema = schema;
    for (int i = 0; i < schema.summary().counted().size(); i++) {
      totals.add(new LinkedHashMap<>());
      others.add(Count.NONE);
    }
  }

  /** The segments of a moment by their ids, to be found by the sequences of their records. */
  private static final class Order<E> {
    final List<Segment<E>> segments;

    /** No record of a segment, nor of one behind it, has a lower sequence. */
    private final long[] from;

    /** Whether some records come before others of a segment with a lower id. */
    private final boolean mixed;

    Order(List<Segment<E>> segments) {
      this.segments = segments;
      this.from = new long[segments.size()];
      boolean overlap = false;
      long end = 0;
      for (int i = 0; i < from.length; i++) {
        SegmentRecords<E> records = segments.get(i).records;
        from[i] = records.isEmpty() ? end : records.first();
        overlap |= from[i] < end;
        end = records.isEmpty() ? end : Math.max(end, records.last() + 1);
      }
      this.mixed = overlap;
    }

    /** The last segment that may have a sequence, or -1. */
    private int lastFrom(long sequence) {
      if (mixed) {
        return from.length - 1;
      }
      int low = 0;
      int high = from.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (from[middle] <= sequence) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low - 1;
    }

    @Nullable Segment<E> with(long sequence) {
      for (int i = lastFrom(sequence); i >= 0; i--) {
        if (segments.get(i).records.contains(sequence)) {
          return segments.get(i);
        }
        if (!mixed) {
          return null;
        }
      }
      return null;
    }

    /** The first sequence at or after one, or -1. */
    long ceiling(long sequence) {
      long least = -1;
      for (int i = mixed ? 0 : Math.max(0, lastFrom(sequence)); i < from.length; i++) {
        long found = segments.get(i).records.ceiling(sequence);
        least = found >= 0 && (least < 0 || found < least) ? found : least;
        if (least >= 0 && !mixed) {
          return least;
        }
      }
      return least;
    }
  }

  /** Adds a segment, in place of the one that has its id. */
  void put(Segment<E> segment) {
    Segment<E> before = replace(segment.id, segment);
    count(segment.records.counts(), 1);
    if (before != null) {
      count(before.records.counts(), -1);
    }
    if (!segment.records.isEmpty()) {
      advanceTo(segment.last() + 1);
    }
  }

  /** Puts a segment there, or takes it away; gives the one that was there. */
  private @Nullable Segment<E> replace(long id, @Nullable Segment<E> segment) {
    // Who looks up meanwhile sees it before or after.
    synchronized (segments) {
      order = null;
      return segment == null ? segments.remove(id) : segments.put(id, segment);
    }
  }

  private Order<E> order() {
    Order<E> known = order;
    if (known == null) {
      synchronized (segments) {
        known = new Order<>(List.copyOf(segments.values()));
        order = known;
      }
    }
    return known;
  }

  /** Adds a journal, or what was found at its end since. */
  void follow(Segment<E> journal, List<RecordAt<E>> since) {
    if (segments.get(journal.id) != journal) {
      put(journal);
    }
    for (RecordAt<E> record : since) {
      add(journal, record);
    }
  }

  /** Adds a record to a journal, behind those that it has. */
  void add(Segment<E> journal, RecordAt<E> record) {
    held(journal).add(record);
    for (int i = 0; i < totals.size(); i++) {
      count(totals.get(i), record.keys().counted().get(i), new Count(1, record.length()), 1);
    }
  }

  private static <E> HeldRecords<E> held(Segment<E> journal) {
    if (journal.records instanceof HeldRecords<E> held) {
      return held;
    }
    throw new IllegalStateException(journal.name() + " is sealed");
  }

  /** Holds the records of a sealed segment that turned out to be damaged. */
  void hold(Segment<E> segment, List<RecordAt<E>> records) {
    SegmentRecords<E> before = segment.records;
    List<RecordAt<E>> left =
        records.stream().filter(record -> before.contains(record.sequence())).toList();
    segment.records = new HeldRecords<>(schema, left);
    count(segment.records.counts(), 1);
    count(before.counts(), -1);
  }

  /** Removes a segment and its records. */
  void remove(Segment<E> segment) {
    if (segments.get(segment.id) == segment) {
      replace(segment.id, null);
      count(segment.records.counts(), -1);
    }
  }

  /** Removes the records of a journal, which stays. */
  void clear(Segment<E> journal) {
    count(journal.records.counts(), -1);
    held(journal).clear();
  }

  /** Removes one record of a segment, which has it. */
  void remove(Segment<E> segment, RecordAt<E> record) {
    Count one = new Count(1, record.length());
    List<RecordCounts> counts = segment.records.counts();
    for (int i = 0; i < counts.size(); i++) {
      String value = record.keys().counted().get(i);
      if (counts.get(i).has(value)) {
        count(totals.get(i), value, one, -1);
      } else {
        others.set(i, others.get(i).minus(one));
      }
    }
    segment.records.remove(record);
  }

  private void count(List<RecordCounts> counts, int sign) {
    for (int i = 0; i < counts.size(); i++) {
      Map<String, Count> total = totals.get(i);
      counts.get(i).forEach((value, count) -> count(total, value, count, sign));
      Count rest = counts.get(i).others();
      others.set(i, sign > 0 ? others.get(i).plus(rest) : others.get(i).minus(rest));
    }
  }

  private static void count(Map<String, Count> total, String value, Count count, int sign) {
    total.compute(
        value,
        (v, before) -> {
          Count now = before == null ? Count.NONE : before;
          Count after = sign > 0 ? now.plus(count) : now.minus(count);
          return after.records() == 0 ? null : after;
        });
  }

  /** How the records share out over the values of a column. */
  CountsByValue counts(String column) {
    int i = schema.summary().counted(column);
    return new CountsByValue(totals.get(i), others.get(i));
  }

  /** Records of a value that are counted by it. */
  Count count(String column, String value) {
    return totals.get(schema.summary().counted(column)).getOrDefault(value, Count.NONE);
  }

  /** How many values of a column are counted by themselves. */
  int values(String column) {
    return totals.get(schema.summary().counted(column)).size();
  }

  @Nullable Segment<E> segment(long id) {
    return segments.get(id);
  }

  /** The segments of this moment, ascending by id; may be asked at any time. */
  List<Segment<E>> segments() {
    return order().segments;
  }

  int segmentCount() {
    return segments.size();
  }

  long bytes() {
    return segments.values().stream().mapToLong(s -> s.bytes).sum();
  }

  /** The segment that has a record; null if none has. */
  @Nullable Segment<E> find(long sequence) {
    return order().with(sequence);
  }

  long first() {
    return ceiling(0);
  }

  long next() {
    return next;
  }

  /** The next record gets at least this sequence. */
  void advanceTo(long sequence) {
    next = Math.max(next, sequence);
  }

  long ceiling(long sequence) {
    long found = order().ceiling(sequence);
    return found < 0 ? next : found;
  }

  int count() {
    return countFrom(0);
  }

  int countFrom(long sequence) {
    return segments().stream().mapToInt(segment -> segment.records.countFrom(sequence)).sum();
  }

  /** The sequences of about this moment, ascending within each segment. */
  LongStream sequences() {
    return segments().stream()
        .flatMapToLong(
            segment ->
                LongStream.iterate(
                    segment.records.ceiling(0),
                    sequence -> sequence >= 0,
                    sequence -> segment.records.ceiling(sequence + 1)));
  }
}
