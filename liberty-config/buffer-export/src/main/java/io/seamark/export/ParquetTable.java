package io.seamark.export;

import com.github.luben.zstd.Zstd;
import io.seamark.buffer.format.Row;
import io.seamark.buffer.format.RowSchema;
import io.seamark.buffer.format.RowSchema.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file by Parquet's own Java library. Hadoop's classes, which that library names, are
 * neither configured nor called.
 */
final class ParquetTable implements TableWriter {
  /** Held in memory until it is written. */
  private static final long ROW_GROUP = 32L << 20;

  /** Under this key Arrow's readers find the Arrow schema, as an IPC message in Base64. */
  private static final String ARROW_SCHEMA = "ARROW:schema";

  private final RowSchema schema;
  private final ParquetWriter<List<@Nullable Object>> file;

  ParquetTable(RowSchema schema, OutputStream out) throws IOException {
    this.schema = schema;
    Builder builder =
        new Builder(new Sink(out), schema)
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdFactory())
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withRowGroupSize(ROW_GROUP)
            .withDictionaryEncoding(false);
    for (Column column : schema.columns()) {
      switch (column.type()) {
        // Few different ones.
        case UTF8 -> builder.withDictionaryEncoding(column.name(), true);
        // Nobody asks for the least image.
        case BINARY -> builder.withStatisticsEnabled(column.name(), false);
        default -> {
          // As any other.
        }
      }
      if (!column.compressible()) {
        builder.withCompressionCodec(column.name(), CompressionCodecName.UNCOMPRESSED);
      }
    }
    file = builder.build();
  }

  @Override
  public void write(Row row) throws IOException {
    file.write(Values.of(row, schema));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static final class Builder
      extends ParquetWriter.Builder<List<@Nullable Object>, Builder> {
    private final RowSchema schema;

    Builder(OutputFile file, RowSchema schema) {
      super(file);
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<List<@Nullable Object>> getWriteSupport(ParquetConfiguration none) {
      return new Rows(schema);
    }

    @Override
    @SuppressWarnings("deprecation") // It must be there, and is not called.
    protected WriteSupport<List<@Nullable Object>> getWriteSupport(Configuration none) {
      return new Rows(schema);
    }
  }

  /** The rows as Parquet's writer takes them. */
  private static final class Rows extends WriteSupport<List<@Nullable Object>> {
    private final RowSchema schema;
    private @Nullable RecordConsumer consumer;

    Rows(RowSchema schema) {
      this.schema = schema;
    }

    @Override
    @SuppressWarnings("deprecation") // It must be there, and is not called.
    public WriteContext init(Configuration none) {
      return context();
    }

    @Override
    public WriteContext init(ParquetConfiguration none) {
      return context();
    }

    private WriteContext context() {
      Map<String, String> metadata = new HashMap<>(schema.arrow().getCustomMetadata());
      metadata.put(ARROW_SCHEMA, Base64.getEncoder().encodeToString(schema.encapsulated()));
      return new WriteContext(message(), metadata);
    }

    private MessageType message() {
      List<Type> fields = new ArrayList<>();
      for (Column column : schema.columns()) {
        Type.Repetition repetition =
            column.nullable() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
        fields.add(
            switch (column.type()) {
              case FLOAT32_LIST, FLOAT64_LIST, INT64_LIST, UTF8_LIST ->
                  Types.list(repetition)
                      .element(single(column.type(), Type.Repetition.REQUIRED, "element"))
                      .named(column.name());
              default -> single(column.type(), repetition, column.name());
            });
      }
      return new MessageType(schema.kind(), fields);
    }

    private static Type single(RowSchema.Type type, Type.Repetition repetition, String name) {
      PrimitiveTypeName primitive =
          switch (type) {
            case UTF8, UTF8_LIST, BINARY -> PrimitiveTypeName.BINARY;
            case INT32 -> PrimitiveTypeName.INT32;
            case INT64, TIMESTAMP, INT64_LIST -> PrimitiveTypeName.INT64;
            case FLOAT64, FLOAT64_LIST -> PrimitiveTypeName.DOUBLE;
            case FLOAT32_LIST -> PrimitiveTypeName.FLOAT;
          };
      LogicalTypeAnnotation meaning =
          switch (type) {
            case UTF8, UTF8_LIST -> LogicalTypeAnnotation.stringType();
            case TIMESTAMP ->
                LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MILLIS);
            default -> null;
          };
      var begun = Types.primitive(primitive, repetition);
      return meaning == null ? begun.named(name) : begun.as(meaning).named(name);
    }

    @Override
    public void prepareForWrite(RecordConsumer records) {
      consumer = records;
    }

    @Override
    public void write(List<@Nullable Object> values) {
      RecordConsumer records = consumer;
      if (records == null) {
        throw new IllegalStateException("rows come before the file is begun");
      }
      records.startMessage();
      for (int i = 0; i < values.size(); i++) {
        Object value = values.get(i);
        if (value != null) {
          String name = schema.columns().get(i).name();
          records.startField(name, i);
          add(records, value);
          records.endField(name, i);
        }
      }
      records.endMessage();
    }

    private static void add(RecordConsumer records, Object value) {
      if (value instanceof String text) {
        records.addBinary(Binary.fromString(text));
      } else if (value instanceof byte[] bytes) {
        records.addBinary(Binary.fromConstantByteArray(bytes));
      } else if (value instanceof Integer number) {
        records.addInteger(number);
      } else if (value instanceof Long number) {
        records.addLong(number);
      } else if (value instanceof Double number) {
        records.addDouble(number);
      } else {
        addList(records, items(value));
      }
    }

    private static List<?> items(Object list) {
      if (list instanceof float[] floats) {
        List<Float> items = new ArrayList<>();
        for (float item : floats) {
          items.add(item);
        }
        return items;
      }
      if (list instanceof double[] doubles) {
        List<Double> items = new ArrayList<>();
        for (double item : doubles) {
          items.add(item);
        }
        return items;
      }
      if (list instanceof long[] longs) {
        List<Long> items = new ArrayList<>();
        for (long item : longs) {
          items.add(item);
        }
        return items;
      }
      return (List<?>) list;
    }

    private static void addList(RecordConsumer records, List<?> items) {
      records.startGroup();
      if (!items.isEmpty()) {
        records.startField("list", 0);
        for (Object item : items) {
          records.startGroup();
          records.startField("element", 0);
          if (item instanceof Float number) {
            records.addFloat(number);
          } else {
            add(records, item);
          }
          records.endField("element", 0);
          records.endGroup();
        }
        records.endField("list", 0);
      }
      records.endGroup();
    }
  }

  /** Zstd by the library that the buffer has; Parquet's own way would configure Hadoop. */
  private static final class ZstdFactory implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      return new Compressor(codec);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException("this file is only written");
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }

  private record Compressor(CompressionCodecName codec)
      implements CompressionCodecFactory.BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      if (codec == CompressionCodecName.UNCOMPRESSED) {
        return bytes;
      }
      ByteArrayOutputStream plain = new ByteArrayOutputStream((int) bytes.size());
      bytes.writeAllTo(plain);
      return BytesInput.from(Zstd.compress(plain.toByteArray()));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return codec;
    }

    @Override
    public void release() {
      // Holds nothing.
    }
  }

  /** Where the file goes. */
  private record Sink(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSize) {
      return new Counted(out);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  /** Knows how much was written, and stays open when the writer is closed. */
  private static final class Counted extends PositionOutputStream {
    private final OutputStream out;
    private long at;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return at;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      at++;
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
      out.write(from, start, length);
      at += length;
    }
  }
}
