package io.seamark.buffer.format;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The values of a row that an index can hold. */
public interface RowValues {
  /**
   * Reads a text.
   *
   * @param column name of a {@link RowSchema.Type#UTF8} column
   * @return the text
   * @throws IOException if the column is damaged
   */
  String text(String column) throws IOException;

  /**
   * Reads a 32-bit integer.
   *
   * @param column name of an {@link RowSchema.Type#INT32} column
   * @return the number
   * @throws IOException if the column is damaged
   */
  int int32(String column) throws IOException;

  /**
   * Reads a 64-bit integer.
   *
   * @param column name of an {@link RowSchema.Type#INT64} or {@link RowSchema.Type#TIMESTAMP}
   *     column
   * @return the number
   * @throws IOException if the column is damaged
   */
  long int64(String column) throws IOException;

  /**
   * Reads a 64-bit integer that an index of an earlier release may lack.
   *
   * @param column name of an {@link RowSchema.Type#INT64} or {@link RowSchema.Type#TIMESTAMP}
   *     column
   * @return the number, or null
   * @throws IOException if the column is damaged
   */
  @Nullable Long int64OrNull(String column) throws IOException;

  /**
   * Reads a floating point number.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT64} column
   * @return the number
   * @throws IOException if the column is damaged
   */
  double float64(String column) throws IOException;

  /**
   * Reads a list of floats.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT32_LIST} column
   * @return the list, or null
   * @throws IOException if the column is damaged
   */
  float @Nullable [] float32sOrNull(String column) throws IOException;

  /**
   * Reads a list of 64-bit integers.
   *
   * @param column name of an {@link RowSchema.Type#INT64_LIST} column
   * @return the list
   * @throws IOException if the column is damaged
   */
  long[] int64s(String column) throws IOException;
}
