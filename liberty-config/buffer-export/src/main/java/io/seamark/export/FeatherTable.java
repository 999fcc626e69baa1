package io.seamark.export;

import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.jspecify.annotations.Nullable;

/** An Arrow IPC file, in record batches of a few megabytes. */
final class FeatherTable implements TableWriter {
  private static final int BATCH_ROWS = 1024;
  private static final long BATCH_BYTES = 16L << 20;

  /** A batch and one more sample, rounded up to powers of two, and their compressed form. */
  private static final long MEMORY = 1L << 30;

  private final RowSchema schema;
  private final BufferAllocator allocator = new RootAllocator(MEMORY);
  private final VectorSchemaRoot root;
  private final ArrowFileWriter file;
  private int rows;
  private long bytes;

  FeatherTable(RowSchema schema, OutputStream out) throws IOException {
    this.schema = schema;
    root = VectorSchemaRoot.create(schema.arrow(), allocator);
    file =
        new ArrowFileWriter(
            root,
            null,
            Channels.newChannel(new Kept(out)),
            Map.of(),
            IpcOption.DEFAULT,
            CommonsCompressionFactory.INSTANCE,
            CompressionUtil.CodecType.ZSTD);
    file.start();
  }

  /** Stays open when the writer is closed. */
  private static final class Kept extends OutputStream {
    private final OutputStream out;

    Kept(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      out.write(from, at, length);
    }
  }

  @Override
  public void write(Row row) throws IOException {
    List<@Nullable Object> values = Values.of(row, schema);
    if (rows == 0) {
      root.allocateNew();
    }
    for (int i = 0; i < values.size(); i++) {
      set(root.getVector(i), values.get(i));
    }
    rows++;
    if (rows == BATCH_ROWS || bytes >= BATCH_BYTES) {
      flush();
    }
  }

  private void set(FieldVector vector, @Nullable Object value) {
    if (value == null) {
      if (vector instanceof ListVector list) {
        list.setNull(rows);
      } else {
        vector.setNull(rows);
      }
    } else if (vector instanceof ListVector list) {
      setList(list, value);
    } else if (vector instanceof VarCharVector texts) {
      texts.setSafe(rows, counted(((String) value).getBytes(StandardCharsets.UTF_8)));
    } else if (vector instanceof VarBinaryVector binaries) {
      binaries.setSafe(rows, counted((byte[]) value));
    } else if (vector instanceof IntVector numbers) {
      numbers.setSafe(rows, (Integer) value);
    } else if (vector instanceof BigIntVector numbers) {
      numbers.setSafe(rows, (Long) value);
    } else if (vector instanceof TimeStampMilliTZVector times) {
      times.setSafe(rows, (Long) value);
    } else {
      ((Float8Vector) vector).setSafe(rows, (Double) value);
    }
  }

  private void setList(ListVector list, Object value) {
    int at = list.startNewValue(rows);
    int length;
    FieldVector items = list.getDataVector();
    if (value instanceof float[] floats) {
      length = floats.length;
      for (int i = 0; i < length; i++) {
        ((Float4Vector) items).setSafe(at + i, floats[i]);
      }
    } else if (value instanceof double[] doubles) {
      length = doubles.length;
      for (int i = 0; i < length; i++) {
        ((Float8Vector) items).setSafe(at + i, doubles[i]);
      }
    } else if (value instanceof long[] longs) {
      length = longs.length;
      for (int i = 0; i < length; i++) {
        ((BigIntVector) items).setSafe(at + i, longs[i]);
      }
    } else {
      List<?> texts = (List<?>) value;
      length = texts.size();
      for (int i = 0; i < length; i++) {
        byte[] text = counted(texts.get(i).toString().getBytes(StandardCharsets.UTF_8));
        ((VarCharVector) items).setSafe(at + i, text);
      }
    }
    list.endValue(rows, length);
  }

  private byte[] counted(byte[] value) {
    bytes += value.length;
    return value;
  }

  private void flush() throws IOException {
    if (rows > 0) {
      root.setRowCount(rows);
      file.writeBatch();
      root.clear();
      rows = 0;
      bytes = 0;
    }
  }

  @Override
  public void close() throws IOException {
    try (allocator;
        root;
        file) {
      flush();
      file.end();
    }
  }
}
