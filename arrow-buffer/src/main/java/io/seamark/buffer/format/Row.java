package io.seamark.buffer.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * One row read from a record batch, on the heap. A column is decompressed when it is asked for, so
 * reading the small ones of a large row is cheap. Everything about the input is checked, either
 * when the row is opened or when a column is read.
 */
public final class Row implements RowValues {
  /** The most bytes that the buffers of a stored record may hold when decompressed: 64 MiB. */
  public static final int MAX_CONTENT = 64 << 20;

  /**
   * More than this many times its size zstd cannot shrink a buffer: a block of at most 128 KiB
   * takes at least four bytes (RFC 8878, 3.1.1.2). A larger claim is refused before memory is
   * taken.
   */
  private static final long MAX_RATIO = (128 << 10) / 4;

  /** Buffers may be padded to a multiple of this many bytes. */
  private static final int PADDING = 64;

  private final RowSchema schema;
  private final byte[] bytes;
  private final Map<String, Slot> slots;
  private final boolean compressed;

  /** Where the values of a column are. */
  private record Slot(RowSchema.Column column, int[] nulls, int[] lengths, List<Span> buffers) {}

  /** A buffer; plain is its length in bytes when decompressed. */
  private record Span(int at, int length, boolean compressed, int plain) {}

  private Row(RowSchema schema, byte[] bytes, Map<String, Slot> slots, boolean compressed) {
    this.schema = schema;
    this.bytes = bytes;
    this.slots = slots;
    this.compressed = compressed;
  }

  /**
   * Reads an Arrow IPC stream of one row.
   *
   * @param schema what it must hold
   * @param stream the bytes; kept by the row, so they must not change
   * @param contentLimit the most bytes that its buffers may hold together when decompressed
   * @return the row
   * @throws IOException if the bytes are no such stream, with the reason
   */
  public static Row ofStream(RowSchema schema, byte[] stream, long contentLimit)
      throws IOException {
    return IpcMessages.readStream(schema, stream, contentLimit);
  }

  /**
   * Reads an encapsulated record batch message of one row.
   *
   * @param schema what it must hold
   * @param message the bytes; kept by the row, so they must not change
   * @param contentLimit the most bytes that its buffers may hold together when decompressed
   * @return the row
   * @throws IOException if the bytes are no such message, with the reason
   */
  public static Row ofBatch(RowSchema schema, byte[] message, long contentLimit)
      throws IOException {
    return IpcMessages.readBatch(schema, message, 0, contentLimit);
  }

  static Row of(RowSchema schema, byte[] bytes, IpcMessages.Framed framed, long contentLimit)
      throws IOException {
    if (framed.header().headerType() != MessageHeader.RecordBatch) {
      throw new IOException("an Arrow message is not a record batch");
    }
    RecordBatch batch =
        IpcMessages.present((RecordBatch) framed.header().header(new RecordBatch()), "header");
    if (batch.length() != 1) {
      throw new IOException("record batch has " + batch.length() + " rows, but must have 1");
    }
    boolean compressed = isCompressed(batch);
    int present = schema.present(batch.nodesLength(), batch.buffersLength());
    if (present < 0) {
      int nodes = schema.columns().stream().mapToInt(c -> c.type().nodes()).sum();
      int buffers = schema.columns().stream().mapToInt(c -> c.type().buffers()).sum();
      throw new IOException(
          String.format(
              "record batch has %d field nodes and %d buffers, but kind '%s' has %d and %d",
              batch.nodesLength(), batch.buffersLength(), schema.kind(), nodes, buffers));
    }
    Map<String, Slot> slots = new LinkedHashMap<>();
    int node = 0;
    int buffer = 0;
    long content = 0;
    for (RowSchema.Column column : schema.columns().subList(0, present)) {
      int[] nulls = new int[column.type().nodes()];
      int[] lengths = new int[nulls.length];
      for (int i = 0; i < nulls.length; i++) {
        FieldNode fieldNode = IpcMessages.present(batch.nodes(node++), "field node");
        long length = fieldNode.length();
        long nullCount = fieldNode.nullCount();
        boolean valid =
            i == 0
                ? length == 1 && (nullCount == 0 || (nullCount == 1 && column.nullable()))
                : length >= 0 && length <= column.most() && nullCount == 0;
        if (!valid && i == 1 && length > column.most()) {
          throw new IOException(
              "column '"
                  + column.name()
                  + "' has "
                  + length
                  + " values, but must have at most "
                  + column.most());
        }
        if (!valid) {
          throw new IOException(
              String.format(
                  "column '%s' has %d values of which %d are null, but must have one row of values",
                  column.name(), length, nullCount));
        }
        nulls[i] = (int) nullCount;
        lengths[i] = (int) length;
      }
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < column.type().buffers(); i++) {
        Buffer raw = IpcMessages.present(batch.buffers(buffer++), "buffer");
        Span span = span(column, bytes, framed, raw, compressed);
        long most = mostBytes(column, i, lengths[lengths.length - 1]) + PADDING;
        if (span.compressed() && span.plain() > most) {
          throw new IOException(
              String.format(
                  "column '%s' claims to decompress to %d bytes, but must have at most %d",
                  column.name(), span.plain(), most));
        }
        content += span.plain();
        if (content > contentLimit) {
          throw new IOException(
              "record batch holds more than the "
                  + contentLimit
                  + " bytes allowed when decompressed");
        }
        spans.add(span);
      }
      slots.put(column.name(), new Slot(column, nulls, lengths, spans));
    }
    return new Row(schema, bytes, slots, compressed);
  }

  /** The most bytes that a buffer of a column needs; the elements are those of a list. */
  private static long mostBytes(RowSchema.Column column, int buffer, int elements) {
    RowSchema.Type type = column.type();
    if (buffer == type.buffers() - 1) {
      return column.mostBytes(elements);
    }
    int values = type.isList() && buffer >= 2 ? elements : 1;
    boolean validity = buffer == 0 || (type.isList() && buffer == 2);
    return validity ? values : 4L * (values + 1);
  }

  static boolean isCompressed(RecordBatch batch) throws IOException {
    BodyCompression compression = batch.compression();
    if (compression == null) {
      return false;
    }
    if (compression.codec() != CompressionType.ZSTD
        || compression.method() != BodyCompressionMethod.BUFFER) {
      throw new IOException("record batch is compressed, but not buffer by buffer with zstd");
    }
    return true;
  }

  private static Span span(
      RowSchema.Column column,
      byte[] bytes,
      IpcMessages.Framed framed,
      Buffer raw,
      boolean compressed)
      throws IOException {
    long offset = raw.offset();
    long length = raw.length();
    if (offset < 0 || length < 0 || length > framed.bodyLength() - offset) {
      throw new IOException(
          String.format(
              "a buffer of column '%s' is %d bytes at %d of a body of %d",
              column.name(), length, offset, framed.bodyLength()));
    }
    int at = framed.bodyAt() + (int) offset;
    if (!compressed || length == 0) {
      return new Span(at, (int) length, false, (int) length);
    }
    long plain =
        length < 8 ? -2 : ByteBuffer.wrap(bytes, at, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (plain == -1) {
      return new Span(at + 8, (int) length - 8, false, (int) length - 8);
    }
    if (plain < 0 || plain > Integer.MAX_VALUE - 8 || plain > (length - 8) * MAX_RATIO) {
      throw new IOException(
          String.format(
              "a buffer of column '%s' claims to decompress from %d to %d bytes",
              column.name(), Math.max(0, length - 8), plain));
    }
    // Of no bytes nothing is to be decompressed, and at the end of the array zstd could not look.
    return new Span(at + 8, (int) length - 8, length > 8, (int) plain);
  }

  /**
   * The row as a record batch message for other programs, its buffers as they are: nothing is
   * decompressed or compressed. The mark of a stored record, with the segment's salt, is left out.
   *
   * @param selected columns of the row's schema, such as by {@link RowSchema#select}; those that
   *     were added since the row was written are null
   * @return the encapsulated message
   */
  public byte[] batch(RowSchema selected) {
    RowBatch batch = new RowBatch(compressed);
    for (RowSchema.Column column : selected.columns()) {
      Slot slot = slots.get(column.name());
      if (slot == null) {
        if (!lacks(column.name())) {
          throw new IllegalArgumentException("there is no column '" + column.name() + "'");
        }
        batch.addNull(column.type());
        continue;
      }
      for (int i = 0; i < slot.nulls().length; i++) {
        batch.node(slot.lengths()[i], slot.nulls()[i]);
      }
      for (Span span : slot.buffers()) {
        // With the length that stands before it in a compressed batch.
        int before = compressed && span.length() > 0 ? Long.BYTES : 0;
        batch.buffer(bytes, span.at() - before, span.length() + before);
      }
    }
    return batch.message();
  }

  /** How many of the schema's columns it has; those behind are null. */
  int columns() {
    return slots.size();
  }

  /**
   * How many bytes the values of a column have as the record batch says. Nothing is decompressed.
   *
   * @param column name of a {@link RowSchema.Type#BINARY} or {@link RowSchema.Type#UTF8} column
   * @return bytes, at most what the column may have
   */
  public int declaredBytes(String column) {
    return slot(column, RowSchema.Type.BINARY, RowSchema.Type.UTF8).buffers().get(2).plain();
  }

  /**
   * Memory that {@link #bytesOrNull} takes. Nothing of the size of the values is decompressed.
   *
   * @param column name of a {@link RowSchema.Type#BINARY} column
   * @return bytes on the heap
   * @throws IOException if the column is damaged
   */
  public long readingBytes(String column) throws IOException {
    Slot slot = slot(column, RowSchema.Type.BINARY);
    if (isNull(slot)) {
      return 0;
    }
    int[] offsets = offsets(slot, 1, 1);
    Span data = slot.buffers().get(2);
    checkEnd(slot, offsets[1], data.plain());
    int length = offsets[1] - offsets[0];
    checkLength(slot, length);
    boolean asDecompressed = data.compressed() && length == data.plain();
    return asDecompressed ? length : (data.compressed() ? data.plain() : 0L) + length;
  }

  @Override
  public String text(String column) throws IOException {
    Slot slot = slot(column, RowSchema.Type.UTF8);
    return texts(slot, 0, 1).get(0);
  }

  /**
   * Reads bytes.
   *
   * @param column name of a {@link RowSchema.Type#BINARY} column
   * @return a copy, or null
   * @throws IOException if the column is damaged
   */
  @SuppressWarnings("ByteBufferBackingArray") // What was decompressed fills an array of its own.
  public byte @Nullable [] bytesOrNull(String column) throws IOException {
    if (lacks(column)) {
      return null;
    }
    Slot slot = slot(column, RowSchema.Type.BINARY);
    if (isNull(slot)) {
      return null;
    }
    int[] offsets = offsets(slot, 1, 1);
    Span span = slot.buffers().get(2);
    checkEnd(slot, offsets[1], span.plain());
    int length = offsets[1] - offsets[0];
    checkLength(slot, length);
    ByteBuffer data = buffer(slot, 2);
    if (span.compressed() && length == span.plain()) {
      return data.array();
    }
    byte[] out = new byte[length];
    data.get(data.position() + offsets[0], out);
    return out;
  }

  /**
   * Reads bytes that cannot be null.
   *
   * @param column name of a {@link RowSchema.Type#BINARY} column
   * @return a copy
   * @throws IOException if the column is null or damaged
   */
  public byte[] bytes(String column) throws IOException {
    byte[] value = bytesOrNull(column);
    if (value == null) {
      throw new IOException("column '" + column + "' is null");
    }
    return value;
  }

  @Override
  public int int32(String column) throws IOException {
    return fixed(slot(column, RowSchema.Type.INT32), 1, 1, 4).getInt();
  }

  @Override
  public long int64(String column) throws IOException {
    return fixed(slot(column, RowSchema.Type.INT64, RowSchema.Type.TIMESTAMP), 1, 1, 8).getLong();
  }

  @Override
  public @Nullable Long int64OrNull(String column) throws IOException {
    return lacks(column) || isNull(slot(column, RowSchema.Type.INT64, RowSchema.Type.TIMESTAMP))
        ? null
        : Long.valueOf(int64(column));
  }

  @Override
  public double float64(String column) throws IOException {
    return fixed(slot(column, RowSchema.Type.FLOAT64), 1, 1, 8).getDouble();
  }

  /**
   * Reads a list of floats.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT32_LIST} column
   * @return the list
   * @throws IOException if the column is damaged
   */
  public float[] float32s(String column) throws IOException {
    float[] list = float32sOrNull(column);
    if (list == null) {
      throw new IOException("column '" + column + "' is null");
    }
    return list;
  }

  @Override
  public float @Nullable [] float32sOrNull(String column) throws IOException {
    if (lacks(column) || isNull(slot(column, RowSchema.Type.FLOAT32_LIST))) {
      return null;
    }
    ByteBuffer data = list(column, RowSchema.Type.FLOAT32_LIST, Float.BYTES);
    float[] out = new float[data.remaining() / Float.BYTES];
    data.asFloatBuffer().get(out);
    return out;
  }

  /**
   * Reads a list of doubles.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT64_LIST} column
   * @return the list
   * @throws IOException if the column is damaged
   */
  public double[] float64s(String column) throws IOException {
    ByteBuffer data = list(column, RowSchema.Type.FLOAT64_LIST, Double.BYTES);
    double[] out = new double[data.remaining() / Double.BYTES];
    data.asDoubleBuffer().get(out);
    return out;
  }

  @Override
  public long[] int64s(String column) throws IOException {
    ByteBuffer data = list(column, RowSchema.Type.INT64_LIST, Long.BYTES);
    long[] out = new long[data.remaining() / Long.BYTES];
    data.asLongBuffer().get(out);
    return out;
  }

  /**
   * Reads a list of texts.
   *
   * @param column name of a {@link RowSchema.Type#UTF8_LIST} column
   * @return the list
   * @throws IOException if the column is damaged
   */
  public List<String> texts(String column) throws IOException {
    Slot slot = slot(column, RowSchema.Type.UTF8_LIST);
    int[] range = listRange(slot);
    return texts(slot, 2, slot.lengths()[1]).subList(range[0], range[1]);
  }

  /** Whether a column has been added since the row was written. */
  private boolean lacks(String column) {
    return !slots.containsKey(column) && schema.column(column) != null;
  }

  private Slot slot(String column, RowSchema.Type... types) {
    Slot slot = slots.get(column);
    if (slot == null || !List.of(types).contains(slot.column().type())) {
      throw new IllegalArgumentException("there is no column '" + column + "' of that type");
    }
    return slot;
  }

  private boolean isNull(Slot slot) throws IOException {
    if (slot.nulls()[0] == 0) {
      return false;
    }
    ByteBuffer validity = buffer(slot, 0);
    if (!validity.hasRemaining() || (validity.get() & 1) != 0) {
      throw damaged(slot, "its validity does not say which value is null");
    }
    return true;
  }

  /** The items of a list, one behind the other. */
  private ByteBuffer list(String column, RowSchema.Type type, int width) throws IOException {
    Slot slot = slot(column, type);
    int[] range = listRange(slot);
    ByteBuffer data = fixed(slot, 3, slot.lengths()[1], width);
    int from = data.position() + range[0] * width;
    return data.slice(from, (range[1] - range[0]) * width).order(data.order());
  }

  private int[] listRange(Slot slot) throws IOException {
    int[] offsets = offsets(slot, 1, 1);
    checkEnd(slot, offsets[1], slot.lengths()[1]);
    return offsets;
  }

  private List<String> texts(Slot slot, int firstBuffer, int count) throws IOException {
    int[] offsets = offsets(slot, firstBuffer + 1, count);
    checkEnd(slot, offsets[count], slot.buffers().get(firstBuffer + 2).plain());
    if (!slot.column().type().isList()) {
      checkLength(slot, offsets[count] - offsets[0]);
    }
    ByteBuffer data = buffer(slot, firstBuffer + 2);
    List<String> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteBuffer text = data.slice(data.position() + offsets[i], offsets[i + 1] - offsets[i]);
      try {
        out.add(StandardCharsets.UTF_8.newDecoder().decode(text).toString());
      } catch (CharacterCodingException e) {
        throw damaged(slot, "it is not UTF-8");
      }
    }
    return out;
  }

  /** Offsets 0 to count of a variable-width or list vector; ascending and not negative. */
  private int[] offsets(Slot slot, int buffer, int count) throws IOException {
    if (count == 0) {
      return new int[1];
    }
    ByteBuffer data = fixed(slot, buffer, count + 1, 4);
    int[] out = new int[count + 1];
    for (int i = 0; i <= count; i++) {
      out[i] = data.getInt();
      if (out[i] < (i == 0 ? 0 : out[i - 1])) {
        throw damaged(slot, "its offsets do not ascend");
      }
    }
    return out;
  }

  private ByteBuffer fixed(Slot slot, int buffer, int count, int width) throws IOException {
    ByteBuffer data = buffer(slot, buffer);
    if (data.remaining() < (long) count * width) {
      throw damaged(slot, "a buffer of " + data.remaining() + " bytes is too short");
    }
    return data;
  }

  private static void checkEnd(Slot slot, int end, int available) throws IOException {
    if (end > available) {
      throw damaged(slot, "its last offset is " + end + " of " + available);
    }
  }

  private static void checkLength(Slot slot, int length) throws IOException {
    if (length > slot.column().most()) {
      throw damaged(
          slot, "it has " + length + " bytes, but must have at most " + slot.column().most());
    }
  }

  private ByteBuffer buffer(Slot slot, int index) throws IOException {
    Span span = slot.buffers().get(index);
    if (!span.compressed()) {
      return ByteBuffer.wrap(bytes, span.at(), span.length()).order(ByteOrder.LITTLE_ENDIAN);
    }
    // Negative where the frame does not say, or is none.
    long said = Zstd.getFrameContentSize(bytes, span.at(), span.length());
    if (said >= 0 && said != span.plain()) {
      throw damaged(slot, "its zstd frame has " + said + " bytes, not " + span.plain());
    }
    byte[] plain = new byte[span.plain()];
    try {
      long length =
          Zstd.decompressByteArray(plain, 0, plain.length, bytes, span.at(), span.length());
      if (length != plain.length) {
        throw damaged(slot, "it decompresses to " + length + " bytes, not to " + plain.length);
      }
    } catch (ZstdException e) {
      throw damaged(slot, "it cannot be decompressed: " + e.getMessage());
    }
    return ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static IOException damaged(Slot slot, String why) {
    return new IOException("column '" + slot.column().name() + "' is damaged: " + why);
  }
}
