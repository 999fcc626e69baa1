package io.seamark.buffer.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a segment's summary has of a record: the columns that the schema names for it.
 *
 * @param name hash of the texts that name it, see {@link NameHashes#hash}
 * @param counted the texts that it is counted by
 * @param time its time in milliseconds since 1970; null if that is not known
 */
record RecordKeys(int name, List<String> counted, @Nullable Long time) {
  /** Of a log that sums nothing up but numbers. */
  static final RecordKeys NONE = new RecordKeys(0, List.of(), null);

  /** Of a record. */
  static RecordKeys of(RowSchema.SummaryColumns columns, RowValues values, Names names)
      throws IOException {
    List<String> name = new ArrayList<>();
    for (String column : columns.name()) {
      name.add(values.text(column));
    }
    List<String> counted = new ArrayList<>();
    for (RowSchema.CountedColumn column : columns.counted()) {
      counted.add(names.shared(values.text(column.column())));
    }
    String time = columns.time();
    return new RecordKeys(
        NameHashes.hash(name),
        List.copyOf(counted),
        time == null ? null : values.int64OrNull(time));
  }
}
