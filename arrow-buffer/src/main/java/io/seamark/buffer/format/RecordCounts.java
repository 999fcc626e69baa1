package io.seamark.buffer.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** How the records of a segment share out over the values of a column. Immutable, and small. */
final class RecordCounts {
  private final String[] values;
  private final int[] records;
  private final long[] bytes;
  private final Count others;

  /** In the order of the map. */
  RecordCounts(Map<String, Count> byValue, Count others) {
    this.values = byValue.keySet().toArray(new String[0]);
    this.records = byValue.values().stream().mapToInt(Count::records).toArray();
    this.bytes = byValue.values().stream().mapToLong(Count::bytes).toArray();
    this.others = others;
  }

  /** Counts records by every value of each counted column. */
  static List<RecordCounts> all(RowSchema schema, Collection<? extends RecordAt<?>> records) {
    List<RecordCounts> counts = new ArrayList<>();
    for (int i = 0; i < schema.summary().counted().size(); i++) {
      counts.add(of(records, i, Integer.MAX_VALUE));
    }
    return counts;
  }

  /**
   * Counts records.
   *
   * @param column its place among the counted columns
   * @param most so many values at most are counted by themselves, those of the most records
   */
  static RecordCounts of(Collection<? extends RecordAt<?>> all, int column, int most) {
    Map<String, Count> byValue = new LinkedHashMap<>();
    for (RecordAt<?> record : all) {
      byValue.merge(
          record.keys().counted().get(column), new Count(1, record.length()), Count::plus);
    }
    Count others = Count.NONE;
    if (byValue.size() > most) {
      List<Map.Entry<String, Count>> ranked = new ArrayList<>(byValue.entrySet());
      ranked.sort(
          Comparator.comparing(
              Map.Entry::getValue, Comparator.comparing(Count::records).reversed()));
      Set<String> rest = new HashSet<>();
      for (Map.Entry<String, Count> entry : ranked.subList(most, ranked.size())) {
        rest.add(entry.getKey());
        others = others.plus(entry.getValue());
      }
      byValue.keySet().removeAll(rest);
    }
    return new RecordCounts(byValue, others);
  }

  Count others() {
    return others;
  }

  /** Whether a value is counted by itself; the records of one that is not are among the others. */
  boolean has(String value) {
    for (String known : values) {
      if (known.equals(value)) {
        return true;
      }
    }
    return false;
  }

  void forEach(BiConsumer<String, Count> each) {
    for (int i = 0; i < values.length; i++) {
      each.accept(values[i], new Count(records[i], bytes[i]));
    }
  }

  /** Without one record of a value. */
  RecordCounts without(String value, Count one) {
    Map<String, Count> left = byValue();
    Count rest = left.containsKey(value) ? others : others.minus(one);
    left.computeIfPresent(value, (v, all) -> all.records() == 1 ? null : all.minus(one));
    return new RecordCounts(left, rest);
  }

  /** In the order in which the values came. */
  Map<String, Count> byValue() {
    Map<String, Count> all = new LinkedHashMap<>();
    forEach(all::put);
    return all;
  }
}
