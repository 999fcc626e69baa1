package io.seamark.buffer.format;

import com.github.luben.zstd.Zstd;
import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import org.apache.arrow.compression.ZstdCompressionCodec;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.DefaultRoundingPolicy;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one row as a record batch. Holds direct memory until closed: the row, and while it is
 * serialised its compressed form too. Not thread-safe.
 */
public final class RowWriter implements AutoCloseable {
  private final RowSchema schema;
  private final RootAllocator allocator;
  private final VectorSchemaRoot root;
  private final Set<String> unset;

  /**
   * An empty row.
   *
   * @param schema its columns
   * @param memoryLimit the most direct memory it may take, in bytes; passing it makes setters and
   *     serialisation throw {@link org.apache.arrow.memory.OutOfMemoryException}
   */
  public RowWriter(RowSchema schema, long memoryLimit) {
    this.schema = schema;
    this.allocator = new RootAllocator(memoryLimit);
    this.root = VectorSchemaRoot.create(schema.arrow(), allocator);
    this.unset =
        schema.columns().stream()
            .map(RowSchema.Column::name)
            .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Memory that a row takes at most: each of its larger buffers as it is set and as it is
   * serialised, where it may grow by a little. Arrow rounds the one up and the other.
   *
   * @param rest bytes of all the small buffers together, as taken
   * @param buffers bytes of each of the larger ones
   * @return in bytes
   */
  public static long memory(long rest, long... buffers) {
    long all = rest;
    for (long buffer : buffers) {
      // The most that zstd makes of what does not shrink, after the length.
      long packed = Long.BYTES + Zstd.compressBound(buffer);
      all +=
          DefaultRoundingPolicy.DEFAULT_ROUNDING_POLICY.getRoundedSize(buffer)
              + DefaultRoundingPolicy.DEFAULT_ROUNDING_POLICY.getRoundedSize(packed);
    }
    return all;
  }

  /**
   * Sets a text.
   *
   * @param column name of a {@link RowSchema.Type#UTF8} column
   * @param value the text
   * @return this
   */
  public RowWriter set(String column, String value) {
    setBytes(
        (BaseVariableWidthVector) take(column, RowSchema.Type.UTF8),
        value.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /**
   * Sets bytes.
   *
   * @param column name of a {@link RowSchema.Type#BINARY} column
   * @param value the bytes; null only where the column allows it
   * @return this
   */
  public RowWriter set(String column, byte @Nullable [] value) {
    BaseVariableWidthVector vector = (BaseVariableWidthVector) take(column, RowSchema.Type.BINARY);
    if (value != null) {
      setBytes(vector, value);
    } else if (vector.getField().isNullable()) {
      vector.allocateNew(0, 1);
      vector.setNull(0);
      vector.setValueCount(1);
    } else {
      throw new IllegalArgumentException("column '" + column + "' cannot be null");
    }
    return this;
  }

  /**
   * Sets a 32-bit integer.
   *
   * @param column name of an {@link RowSchema.Type#INT32} column
   * @param value the number
   * @return this
   */
  public RowWriter set(String column, int value) {
    IntVector vector = (IntVector) take(column, RowSchema.Type.INT32);
    vector.allocateNew(1);
    vector.set(0, value);
    vector.setValueCount(1);
    return this;
  }

  /**
   * Sets a 64-bit integer.
   *
   * @param column name of an {@link RowSchema.Type#INT64} or {@link RowSchema.Type#TIMESTAMP}
   *     column
   * @param value the number
   * @return this
   */
  public RowWriter set(String column, long value) {
    FieldVector vector = take(column, RowSchema.Type.INT64, RowSchema.Type.TIMESTAMP);
    ((BaseFixedWidthVector) vector).allocateNew(1);
    if (vector instanceof BigIntVector numbers) {
      numbers.set(0, value);
    } else {
      ((TimeStampMilliTZVector) vector).set(0, value);
    }
    vector.setValueCount(1);
    return this;
  }

  /**
   * Sets a floating point number.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT64} column
   * @param value the number
   * @return this
   */
  public RowWriter set(String column, double value) {
    Float8Vector vector = (Float8Vector) take(column, RowSchema.Type.FLOAT64);
    vector.allocateNew(1);
    vector.set(0, value);
    vector.setValueCount(1);
    return this;
  }

  /**
   * Sets a list of floats.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT32_LIST} column
   * @param values the list; null only where the column allows it
   * @return this
   */
  public RowWriter set(String column, float @Nullable [] values) {
    if (values == null) {
      ListVector list = startList(column, RowSchema.Type.FLOAT32_LIST, 0);
      if (!list.getField().isNullable()) {
        throw new IllegalArgumentException("column '" + column + "' cannot be null");
      }
      list.setNull(0);
      list.getDataVector().setValueCount(0);
      list.setValueCount(1);
      return this;
    }
    return list(
        column,
        RowSchema.Type.FLOAT32_LIST,
        values.length,
        (Float4Vector items, int i) -> items.set(i, values[i]));
  }

  /**
   * Sets a list of doubles.
   *
   * @param column name of a {@link RowSchema.Type#FLOAT64_LIST} column
   * @param values the list
   * @return this
   */
  public RowWriter set(String column, double[] values) {
    return list(
        column,
        RowSchema.Type.FLOAT64_LIST,
        values.length,
        (Float8Vector items, int i) -> items.set(i, values[i]));
  }

  /**
   * Sets a list of 64-bit integers.
   *
   * @param column name of an {@link RowSchema.Type#INT64_LIST} column
   * @param values the list
   * @return this
   */
  public RowWriter set(String column, long[] values) {
    return list(
        column,
        RowSchema.Type.INT64_LIST,
        values.length,
        (BigIntVector items, int i) -> items.set(i, values[i]));
  }

  @SuppressWarnings("unchecked")
  private <V extends BaseFixedWidthVector> RowWriter list(
      String column, RowSchema.Type type, int length, ObjIntConsumer<V> set) {
    ListVector list = startList(column, type, length);
    // The type of a column decides on its vector.
    V items = (V) list.getDataVector();
    items.allocateNew(length);
    for (int i = 0; i < length; i++) {
      set.accept(items, i);
    }
    endList(list, length);
    return this;
  }

  /**
   * Sets a list of texts.
   *
   * @param column name of a {@link RowSchema.Type#UTF8_LIST} column
   * @param values the list
   * @return this
   */
  public RowWriter set(String column, List<String> values) {
    ListVector list = startList(column, RowSchema.Type.UTF8_LIST, values.size());
    BaseVariableWidthVector items = (BaseVariableWidthVector) list.getDataVector();
    IntFunction<byte[]> bytes = i -> values.get(i).getBytes(StandardCharsets.UTF_8);
    long total = 0;
    for (int i = 0; i < values.size(); i++) {
      total += bytes.apply(i).length;
    }
    items.allocateNew(total, values.size());
    for (int i = 0; i < values.size(); i++) {
      items.setSafe(i, bytes.apply(i));
    }
    endList(list, values.size());
    return this;
  }

  /**
   * The row as the frame of a record, which lacks its number yet: a record batch, its larger
   * buffers compressed with zstd where that makes them smaller. {@code sequence}, the first column,
   * must be 0.
   *
   * @throws IllegalStateException if a column was not set
   */
  RecordFrame record() {
    try (ArrowRecordBatch batch = batch()) {
      FlatBufferBuilder builder = new FlatBufferBuilder(4096);
      int header = batch.writeTo(builder);
      long body = batch.computeBodyLength();
      byte[] begun = MessageMark.begin(builder, MessageHeader.RecordBatch, header, body, 0, 0);
      HeapChannel out = new HeapChannel(Journal.FRAME_HEADER + begun.length + (int) body);
      out.write(new byte[Journal.FRAME_HEADER]);
      out.write(begun);
      MessageSerializer.writeBatchBuffers(new WriteChannel(out), batch);
      // The validity comes before the value, and its length before what is not compressed.
      long value = batch.getBuffersLayout().get(1).getOffset() + Long.BYTES;
      return new RecordFrame(
          out.bytes(),
          Objects.requireNonNull(MessageMark.of(begun)),
          Journal.FRAME_HEADER + begun.length + (int) value);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
  }

  /**
   * The row as a whole Arrow IPC stream: schema, one record batch, end-of-stream mark.
   *
   * @return the stream
   * @throws IllegalStateException if a column was not set
   */
  public byte[] stream() {
    HeapChannel out = new HeapChannel(4096);
    out.write(schema.message());
    try (ArrowRecordBatch batch = batch()) {
      MessageSerializer.serialize(new WriteChannel(out), batch);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    out.write(IpcMessages.END_OF_STREAM);
    return out.bytes();
  }

  private ArrowRecordBatch batch() {
    if (!unset.isEmpty()) {
      throw new IllegalStateException("columns were not set: " + unset);
    }
    root.setRowCount(1);
    Set<Long> asIs = new HashSet<>();
    for (RowSchema.Column column : schema.columns()) {
      if (!column.compressible()) {
        asIs.add(root.getVector(column.name()).getDataBuffer().memoryAddress());
      }
    }
    return new VectorUnloader(root, true, new Compression(asIs), true).getRecordBatch();
  }

  /** Gives the row's memory back. */
  @Override
  public void close() {
    root.close();
    allocator.close();
  }

  /** Zstd for the buffers that it is worth its while for. */
  private record Compression(Set<Long> asIs) implements CompressionCodec {
    private static final ZstdCompressionCodec ZSTD = new ZstdCompressionCodec();

    /** Smaller buffers hardly shrink, and setting up a compression costs more than they hold. */
    private static final int LEAST = 256;

    @Override
    public ArrowBuf compress(BufferAllocator allocator, ArrowBuf buffer) {
      long length = buffer.writerIndex();
      if (length == 0 || (length >= LEAST && !asIs.contains(buffer.memoryAddress()))) {
        return ZSTD.compress(allocator, buffer);
      }
      ArrowBuf raw = CompressionUtil.packageRawBuffer(allocator, buffer);
      buffer.close();
      return raw;
    }

    @Override
    public ArrowBuf decompress(BufferAllocator allocator, ArrowBuf buffer) {
      return ZSTD.decompress(allocator, buffer);
    }

    @Override
    public CompressionUtil.CodecType getCodecType() {
      return CompressionUtil.CodecType.ZSTD;
    }
  }

  private FieldVector take(String column, RowSchema.Type... types) {
    FieldVector vector = root.getVector(column);
    RowSchema.Column spec = schema.column(column);
    if (spec == null || vector == null) {
      throw new IllegalArgumentException("there is no column '" + column + "'");
    }
    if (!List.of(types).contains(spec.type())) {
      throw new IllegalArgumentException("column '" + column + "' is of type " + spec.type());
    }
    unset.remove(column);
    return vector;
  }

  private static void setBytes(BaseVariableWidthVector vector, byte[] value) {
    vector.allocateNew(value.length, 1);
    vector.set(0, value);
    vector.setValueCount(1);
  }

  private ListVector startList(String column, RowSchema.Type type, int size) {
    ListVector list = (ListVector) take(column, type);
    list.setInitialCapacity(1);
    list.getDataVector().setInitialCapacity(Math.max(1, size));
    list.allocateNew();
    list.startNewValue(0);
    return list;
  }

  private static void endList(ListVector list, int size) {
    list.getDataVector().setValueCount(size);
    list.endValue(0, size);
    list.setValueCount(1);
  }
}
