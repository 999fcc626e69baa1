package io.seamark.export;

import io.seamark.buffer.format.RowSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** A kind of file that holds a table. */
public enum TableFormat {
  /** Apache Parquet, compressed with zstd. */
  PARQUET {
    @Override
    public TableWriter open(RowSchema schema, OutputStream out) throws IOException {
      return new ParquetTable(schema, out);
    }
  },
  /** Feather of version 2, which is an Arrow IPC file, compressed with zstd. */
  FEATHER {
    @Override
    public TableWriter open(RowSchema schema, OutputStream out) throws IOException {
      return new FeatherTable(schema, out);
    }
  };

  /**
   * How the names of its files end.
   *
   * @return with the dot
   */
  public String ending() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  /**
   * Begins a table.
   *
   * @param schema its columns
   * @param out where the file is written to, from its first byte to its last; stays open
   * @return to be closed, which makes the file whole
   * @throws IOException if it cannot be written
   */
  public abstract TableWriter open(RowSchema schema, OutputStream out) throws IOException;
}
