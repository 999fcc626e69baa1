package io.seamark.buffer.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The records of a journal, or of a damaged segment, whose places cost too much to find twice: all
 * are held in memory. A journal is bounded, and damage is rare.
 */
final class HeldRecords<E> implements SegmentRecords<E> {
  private final RowSchema schema;
  private final ConcurrentNavigableMap<Long, RecordAt<E>> bySequence =
      new ConcurrentSkipListMap<>();
  private final Map<Integer, List<Long>> byName = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();

  HeldRecords(RowSchema schema) {
    this.schema = schema;
  }

  HeldRecords(RowSchema schema, Collection<RecordAt<E>> records) {
    this(schema);
    records.forEach(this::add);
  }

  void add(RecordAt<E> record) {
    if (bySequence.put(record.sequence(), record) == null) {
      size.incrementAndGet();
    }
    if (!schema.summary().name().isEmpty()) {
      byName.merge(record.keys().name(), List.of(record.sequence()), HeldRecords::both);
    }
  }

  private static List<Long> both(List<Long> some, List<Long> more) {
    List<Long> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  void clear() {
    bySequence.clear();
    byName.clear();
    size.set(0);
  }

  /** Those of this moment, ascending. */
  Collection<RecordAt<E>> all() {
    return bySequence.values();
  }

  @Nullable RecordAt<E> at(long sequence) {
    return bySequence.get(sequence);
  }

  /** Those whose name has a hash, oldest first. */
  List<Long> named(int hash) {
    return byName.getOrDefault(hash, List.of());
  }

  @Override
  public int size() {
    return size.get();
  }

  @Override
  public long last() {
    Map.Entry<Long, ?> last = bySequence.lastEntry();
    return last == null ? -1 : last.getKey();
  }

  @Override
  public boolean contains(long sequence) {
    return bySequence.containsKey(sequence);
  }

  @Override
  public long ceiling(long sequence) {
    Long found = bySequence.ceilingKey(sequence);
    return found == null ? -1 : found;
  }

  @Override
  public int countFrom(long sequence) {
    NavigableMap<Long, ?> tail = bySequence.tailMap(sequence, true);
    return sequence <= 0 ? size.get() : tail.size();
  }

  @Override
  public List<RecordCounts> counts() {
    return RecordCounts.all(schema, bySequence.values());
  }

  @Override
  public void remove(RecordAt<E> record) {
    if (bySequence.remove(record.sequence()) != null) {
      size.decrementAndGet();
    }
    byName.computeIfPresent(
        record.keys().name(),
        (hash, all) -> {
          List<Long> left = all.stream().filter(s -> s != record.sequence()).toList();
          return left.isEmpty() ? null : left;
        });
  }
}
