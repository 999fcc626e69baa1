package io.seamark.export;

import io.seamark.buffer.format.DamagedRecordException;
import io.seamark.buffer.format.Row;
import java.io.Closeable;
import java.io.IOException;

/** A table that is being written, row by row. */
public interface TableWriter extends Closeable {
  /**
   * Adds a row.
   *
   * @param row with the table's columns
   * @throws DamagedRecordException if a value of the row cannot be read; the table is as it was
   * @throws IOException if it cannot be written
   */
  void write(Row row) throws IOException;
}
