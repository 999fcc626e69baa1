package io.seamark.buffer.format;

import java.io.IOException;

/**
 * Makes what a log keeps in memory for each record.
 *
 * @param <E> small and immutable
 */
@FunctionalInterface
public interface RecordIndex<E> {
  /**
   * Makes the entry of a record.
   *
   * @param sequence the record's number
   * @param values its indexed columns; no others may be read
   * @return the entry
   * @throws IOException if a value is damaged
   */
  E entry(long sequence, RowValues values) throws IOException;
}
