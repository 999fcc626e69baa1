package io.seamark.buffer.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * Takes a record batch of any number of rows, from another program, apart into record batches of
 * one row, which {@link Row} reads. Every length that the batch claims is held against the bytes
 * that are there, or against a bound, before memory is taken for it.
 */
public final class BatchRows {
  private final int rows;
  private final List<Column> columns;

  /** A vector: its values' validity, and what its type has beside. */
  private record Column(RowSchema.Column spec, List<ByteBuffer> buffers, int[] lengths) {}

  private BatchRows(int rows, List<Column> columns) {

    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Reads a record batch message.
   *
   * @param schema its columns, all of them
   * @param message the encapsulated message; kept, so it must not change
   * @param contentLimit the most bytes that its buffers may hold together when decompressed
   * @return its rows
   * @throws IOException if the bytes are no such message, with the reason
   */
  public static BatchRows of(RowSchema schema, byte[] message, long contentLimit)
      throws IOException {
    try {
      IpcMessages.Framed framed = IpcMessages.frame(message, 0, message.length);
      if (framed.header().headerType() != MessageHeader.RecordBatch) {
        throw new IOException("an Arrow message is not a record batch");
      }
      RecordBatch batch =
          IpcMessages.present((RecordBatch) framed.header().header(new RecordBatch()), "header");
      return of(schema, message, framed, batch, contentLimit);
    } catch (RuntimeException e) {
      // The flatbuffer accessors read wherever an offset points and throw what they meet there.
      throw IpcMessages.malformed(e);
    }
  }

  private static BatchRows of(
      RowSchema schema,
      byte[] message,
      IpcMessages.Framed framed,
      RecordBatch batch,
      long contentLimit)
      throws IOException {
    int nodes = schema.columns().stream().mapToInt(column -> column.type().nodes()).sum();
    int buffers = schema.columns().stream().mapToInt(column -> column.type().buffers()).sum();
    if (batch.nodesLength() != nodes || batch.buffersLength() != buffers) {
      throw new IOException(
          String.format(
              "record batch has %d field nodes and %d buffers, but its schema needs %d and %d",
              batch.nodesLength(), batch.buffersLength(), nodes, buffers));
    }
    // A row has at least the offsets of its texts.
    if (batch.length() < 0 || batch.length() > contentLimit / Integer.BYTES) {
      throw new IOException("record batch claims " + batch.length() + " rows, which cannot be");
    }
    boolean compressed = Row.isCompressed(batch);
    long left = contentLimit;
    List<Column> columns = new ArrayList<>();
    int node = 0;
    int buffer = 0;
    for (RowSchema.Column spec : schema.columns()) {
      int[] lengths = new int[spec.type().nodes()];
      for (int i = 0; i < lengths.length; i++) {
        FieldNode field = IpcMessages.present(batch.nodes(node++), "field node");
        long most = i == 0 ? batch.length() : contentLimit;
        if (field.length() < 0
            || field.length() > most
            || (i == 0 && field.length() != batch.length())) {
          throw new IOException(
              String.format(
                  "column '%s' claims %d values in a batch of %d rows",
                  spec.name(), field.length(), batch.length()));
        }
        lengths[i] = (int) field.length();
      }
      List<ByteBuffer> contents = new ArrayList<>();
      for (int i = 0; i < spec.type().buffers(); i++) {
        Buffer raw = IpcMessages.present(batch.buffers(buffer++), "buffer");
        ByteBuffer content = content(spec, message, framed, raw, compressed, left);
        left -= content.remaining();
        contents.add(content);
      }
      if (left < 0) {
        throw tooMuch(contentLimit);
      }
      columns.add(new Column(spec, contents, lengths));
    }
    return new BatchRows((int) batch.length(), columns);
  }

  private static IOException tooMuch(long limit) {
    return new IOException(
        "record batch holds more than the " + limit + " bytes allowed; send fewer rows in a batch");
  }

  private static ByteBuffer content(
      RowSchema.Column spec,
      byte[] message,
      IpcMessages.Framed framed,
      Buffer raw,
      boolean compressed,
      long left)
      throws IOException {
    long offset = raw.offset();
    long length = raw.length();
    if (offset < 0 || length < 0 || length > framed.bodyLength() - offset) {
      throw new IOException(
          String.format(
              "a buffer of column '%s' is %d bytes at %d of a body of %d",
              spec.name(), length, offset, framed.bodyLength()));
    }
    int at = framed.bodyAt() + (int) offset;
    if (!compressed || length == 0) {
      return little(ByteBuffer.wrap(message, at, (int) length).slice());
    }
    if (length < Long.BYTES) {
      throw new IOException("a buffer of column '" + spec.name() + "' lacks its length");
    }
    long plain = little(ByteBuffer.wrap(message, at, Long.BYTES).slice()).getLong();
    int from = at + Long.BYTES;
    int stored = (int) length - Long.BYTES;
    if (plain == -1) {
      return little(ByteBuffer.wrap(message, from, stored).slice());
    }
    if (plain < 0 || plain > left) {
      throw new IOException(
          String.format(
              "a buffer of column '%s' claims to decompress to %d bytes, but %d are left of what a"
                  + " batch may hold; send fewer rows in a batch",
              spec.name(), plain, left));
    }
    long said = Zstd.getFrameContentSize(message, from, stored);
    if (said >= 0 && said != plain) {
      throw new IOException(
          String.format(
              "a buffer of column '%s' claims to decompress to %d bytes, its zstd frame to %d",
              spec.name(), plain, said));
    }
    byte[] out = new byte[(int) plain];
    try {
      long done = Zstd.decompressByteArray(out, 0, out.length, message, from, stored);
      if (done != plain) {
        throw new IOException(
            "a buffer of column '" + spec.name() + "' decompresses to " + done + " bytes");
      }
    } catch (ZstdException e) {
      throw new IOException(
          "a buffer of column '" + spec.name() + "' cannot be decompressed: " + e.getMessage());
    }
    return little(ByteBuffer.wrap(out));
  }

  private static ByteBuffer little(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * How many rows there are.
   *
   * @return at least 0
   */
  public int rows() {
    return rows;
  }

  /**
   * One row as a record batch of its own.
   *
   * @param number from 0 to below {@link #rows}
   * @return the encapsulated message
   * @throws IOException if what the batch says of it makes no sense, with the reason
   */
  public byte[] row(int number) throws IOException {
    if (number < 0 || number >= rows) {
      throw new IllegalArgumentException("there is no row " + number + ", only " + rows);
    }
    RowBatch out = new RowBatch(false);
    long content = 0;
    for (Column column : columns) {
      content += add(out, column, number);
      if (content > Row.MAX_CONTENT) {
        throw new IOException(
            "row " + number + " has more than the " + Row.MAX_CONTENT + " bytes of a sample");
      }
    }
    return out.message();
  }

  private long add(RowBatch out, Column column, int row) throws IOException {
    RowSchema.Type type = column.spec().type();
    boolean isNull = isNull(column, 0, row);
    if (isNull && !column.spec().nullable()) {
      throw new IOException(
          "column '" + column.spec().name() + "' is null in row " + row + ", but must not be");
    }
    if (isNull) {
      out.addNull(type);
      return 0;
    }
    int from = row;
    int to = row + 1;
    out.node(1, 0);
    plain(out, new byte[] {1});
    if (type.isList()) {
      int[] range = range(column, 1, row, column.lengths()[1]);
      from = range[0];
      to = range[1];
      if (to - from > column.spec().most()) {
        throw new IOException(
            String.format(
                "column '%s' has %d values in row %d, but must have at most %d",
                column.spec().name(), to - from, row, column.spec().most()));
      }
      plain(out, ints(0, to - from));
      for (int i = from; i < to; i++) {
        if (isNull(column, 2, i)) {
          throw new IOException(
              "column '" + column.spec().name() + "' has a null in its list of row " + row);
        }
      }
      out.node(to - from, 0);
      plain(out, new byte[0]);
    }
    return type.isVariable() ? addTexts(out, column, from, to) : addNumbers(out, column, from, to);
  }

  private long addTexts(RowBatch out, Column column, int from, int to) throws IOException {
    int offsetsAt = column.buffers().size() - 2;
    ByteBuffer data = column.buffers().get(offsetsAt + 1);
    int[] offsets = new int[to - from + 1];
    int start = 0;
    int end = 0;
    for (int i = from; i < to; i++) {
      int[] range = range(column, offsetsAt, i, data.remaining());
      start = i == from ? range[0] : start;
      end = range[1];
      offsets[i - from + 1] = end - start;
    }
    plain(out, ints(offsets));
    plain(out, bytes(data, start, end - start));
    return (long) end - start;
  }

  private long addNumbers(RowBatch out, Column column, int from, int to) throws IOException {
    int width = column.spec().type().width();
    ByteBuffer data = column.buffers().get(column.buffers().size() - 1);
    if ((long) to * width > data.remaining()) {
      throw damaged(column, "its values end at byte " + data.remaining());
    }
    plain(out, bytes(data, from * width, (to - from) * width));
    return (long) (to - from) * width;
  }

  /** Where a value begins and ends, by the offsets of a vector. */
  private static int[] range(Column column, int buffer, int value, int most) throws IOException {
    ByteBuffer offsets = column.buffers().get(buffer);
    if (Integer.BYTES * (value + 2L) > offsets.remaining()) {
      throw damaged(column, "its offsets end at byte " + offsets.remaining());
    }
    int from = offsets.getInt(Integer.BYTES * value);
    int to = offsets.getInt(Integer.BYTES * (value + 1));
    if (from < 0 || to < from || to > most) {
      throw damaged(column, "a value is said to be at " + from + " to " + to + " of " + most);
    }
    return new int[] {from, to};
  }

  private static boolean isNull(Column column, int buffer, int value) throws IOException {
    ByteBuffer validity = column.buffers().get(buffer);
    if (!validity.hasRemaining()) {
      return false;
    }
    if (value / 8 >= validity.remaining()) {
      throw damaged(column, "its validity ends at value " + 8L * validity.remaining());
    }
    return (validity.get(value / 8) >> value % 8 & 1) == 0;
  }

  private static IOException damaged(Column column, String why) {
    return new IOException("column '" + column.spec().name() + "' makes no sense: " + why);
  }

  private static void plain(RowBatch out, byte[] bytes) {
    out.buffer(bytes, 0, bytes.length);
  }

  private static byte[] bytes(ByteBuffer from, int at, int length) {
    byte[] out = new byte[length];
    from.get(at, out);
    return out;
  }

  private static byte[] ints(int... values) {
    ByteBuffer out = little(ByteBuffer.allocate(Integer.BYTES * values.length));
    Arrays.stream(values).forEach(out::putInt);
    return out.array();
  }
}
