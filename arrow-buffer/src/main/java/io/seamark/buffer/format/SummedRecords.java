package io.seamark.buffer.format;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a sealed segment that is whole as far as opening can see: what its summary says,
 * and which records were dropped since. Where each is stands in the file's table.
 */
final class SummedRecords<E> implements SegmentRecords<E> {
  private final SegmentSummary summary;

  /** Where the file's table starts. */
  final long tableAt;

  /** Where the hashes of names start in the file; -1 if it has none. */
  final long namesAt;

  /** Which sequences are there, from the summary's first on; null if all are. */
  private volatile @Nullable BitSet live;

  private volatile int size;
  private volatile List<RecordCounts> counts;

  /** Once somebody looked for a name. */
  private volatile @Nullable NameHashes names;

  SummedRecords(SegmentSummary summary, long tableAt, long namesAt, @Nullable NameHashes names) {
    this.summary = summary;
    this.tableAt = tableAt;
    this.namesAt = namesAt;
    this.names = names;
    this.live = summary.there();
    this.size = summary.records();
    this.counts = summary.counts();
  }

  SegmentSummary summary() {
    return summary;
  }

  @Nullable NameHashes names() {
    return names;
  }

  void names(NameHashes found) {
    names = found;
  }

  /** Which entry of the file's table is that of a record, from 0. */
  int place(long sequence) {
    BitSet there = summary.there();
    int from = (int) (sequence - summary.first());
    return there == null ? from : there.get(0, from).cardinality();
  }

  /** The sequence of an entry of the file's table. */
  long sequence(int place) {
    BitSet there = summary.there();
    if (there == null) {
      return summary.first() + place;
    }
    int at = there.nextSetBit(0);
    for (int i = 0; i < place; i++) {
      at = there.nextSetBit(at + 1);
    }
    return summary.first() + at;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long last() {
    BitSet present = live;
    return present == null ? summary.last() : summary.first() + present.length() - 1;
  }

  @Override
  public boolean contains(long sequence) {
    BitSet present = live;
    return sequence >= summary.first()
        && sequence <= summary.last()
        && (present == null || present.get((int) (sequence - summary.first())));
  }

  @Override
  public long ceiling(long sequence) {
    if (sequence > summary.last()) {
      return -1;
    }
    long from = Math.max(0, sequence - summary.first());
    BitSet present = live;
    int found = present == null ? (int) from : present.nextSetBit((int) from);
    return found < 0 ? -1 : summary.first() + found;
  }

  @Override
  public int countFrom(long sequence) {
    if (sequence <= summary.first()) {
      return size;
    }
    if (sequence > summary.last()) {
      return 0;
    }
    BitSet present = live;
    int from = (int) (sequence - summary.first());
    return present == null
        ? summary.records() - from
        : present.get(from, Math.max(from, present.length())).cardinality();
  }

  @Override
  public List<RecordCounts> counts() {
    return counts;
  }

  @Override
  public void remove(RecordAt<E> record) {
    BitSet before = live;
    // A copy, since others read the old one meanwhile.
    BitSet left = before == null ? new BitSet() : (BitSet) before.clone();
    if (before == null) {
      left.set(0, summary.records());
    }
    left.clear((int) (record.sequence() - summary.first()));
    List<RecordCounts> fewer = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      String value = record.keys().counted().get(i);
      fewer.add(counts.get(i).without(value, new Count(1, record.length())));
    }
    counts = List.copyOf(fewer);
    live = left;
    size = left.cardinality();
  }
}
