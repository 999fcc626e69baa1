package io.seamark.export;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a row, read before any is written, so that a table has whole rows only. */
final class Values {
  private Values() {}

  /**
   * In the order of the columns: String, byte[], Integer, Long, Double, arrays and List, or null.
   */
  static List<@Nullable Object> of(Row row, RowSchema schema) throws IOException {
    List<@Nullable Object> values = new ArrayList<>();
    try {
      for (RowSchema.Column column : schema.columns()) {
        values.add(value(row, column));
      }
    } catch (IOException e) {
      // The row is in memory: whatever is wrong is wrong with it.
      throw new DamagedRecordException(String.valueOf(e.getMessage()));
    }
    return values;
  }

  private static @Nullable Object value(Row row, RowSchema.Column column) throws IOException {
    String name = column.name();
    return switch (column.type()) {
      case UTF8 -> row.text(name);
      case BINARY -> row.bytesOrNull(name);
      case INT32 -> row.int32(name);
      case INT64, TIMESTAMP -> row.int64(name);
      case FLOAT64 -> row.float64(name);
      case FLOAT32_LIST -> row.float32sOrNull(name);
      case FLOAT64_LIST -> row.float64s(name);
      case INT64_LIST -> row.int64s(name);
      case UTF8_LIST -> row.texts(name);
    };
  }
}
