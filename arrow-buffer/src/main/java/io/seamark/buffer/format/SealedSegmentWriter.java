package io.seamark.buffer.format;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;

/** Writes sealed segments, as {@link SealedSegment} reads them. */
final class SealedSegmentWriter {
  private static final String SEGMENT_KEY = "seamark.segment";

  private static final ObjectMapper JSON = new ObjectMapper();

  private SealedSegmentWriter() {}

  /** Gives the messages of a segment one after the other. */
  interface Messages {
    /** The message of a record; never one whose checksum does not match. */
    byte[] message(int i) throws IOException;
  }

  /**
   * Writes a segment.
   *
   * @param records what it will hold; where they are now does not matter
   * @return where the records are in the new file
   */
  static <E> SealedSegment.Contents<E> write(
      Disk.File file,
      Indexing<E> indexing,
      long segment,
      List<RecordAt<E>> records,
      Messages messages)
      throws IOException {
    RowSchema schema = indexing.schema();
    // A journal of an earlier release is sealed as that would have.
    RowSchema written =
        records.isEmpty()
            ? schema
            : schema.first(Row.ofBatch(schema, messages.message(0), Row.MAX_CONTENT).columns());
    MessageMark mark = records.isEmpty() ? null : MessageMark.of(messages.message(0));
    byte[] schemaMessage = mark == null ? written.message() : written.message(segment, mark.salt());
    ByteBuffer head = ByteBuffer.allocate(8 + schemaMessage.length);
    head.put(SealedSegment.MAGIC).put((byte) 0).put((byte) 0).put(schemaMessage).flip();
    file.write(head.duplicate(), 0);
    long at = head.limit();
    List<RecordAt<E>> moved = new ArrayList<>();
    List<ArrowBlock> blocks = new ArrayList<>();
    ArrayNode index = JSON.createArrayNode();
    for (int i = 0; i < records.size(); i++) {
      RecordAt<E> record = records.get(i);
      byte[] message = messages.message(i);
      file.write(ByteBuffer.wrap(message), at);
      IpcMessages.Framed framed = IpcMessages.frame(message, 0, message.length);
      blocks.add(new ArrowBlock(at, framed.bodyAt(), framed.bodyLength()));
      Row row = Row.ofBatch(schema, message, Row.MAX_CONTENT);
      index.add(indexEntry(schema, record, row));
      // From the row, since the index of an earlier release lacks columns.
      moved.add(
          indexing.record(
              new RecordPlace(record.sequence(), at, record.length(), record.crc()), row));
      at += message.length;
    }
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(SEGMENT_KEY, Long.toString(segment));
    metadata.put(SealedSegment.INDEX_KEY, index.toString());
    byte[] closing = closing(written, blocks, metadata);
    byte[] names = SealedSegment.names(schema, moved);
    SegmentSummary sums = SegmentSummary.of(schema, moved, names);
    byte[] summary = sums == null ? null : sums.bytes();
    ByteBuffer table =
        ByteBuffer.allocate(records.size() * SealedSegment.TABLE_ENTRY + SealedSegment.TABLE_END)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (RecordAt<E> record : moved) {
      table.putLong(record.sequence()).putLong(record.at());
      table.putInt(record.length()).putInt(record.crc());
    }
    table.putInt(SealedSegment.TABLE_MAGIC).putInt(records.size()).putLong(segment);
    table.putInt(Checksums.crc32c(head.array())).putInt(Checksums.crc32c(closing));
    table.putInt(summary == null ? 0 : summary.length + Integer.BYTES);
    table.putInt(Checksums.crc32c(table, 0, table.position()));
    at = append(file, IpcMessages.END_OF_STREAM, at);
    SummedRecords<E> summed = null;
    if (sums != null && summary != null) {
      byte[] tableEnd =
          Arrays.copyOfRange(
              table.array(), table.position() - SealedSegment.TABLE_END, table.position());
      byte[] between = SealedSegment.between(names, summary, tableEnd);
      long namesAt = names.length == 0 ? -1 : at;
      at = append(file, between, at);
      // Once more: an earlier release looks for it before the table.
      at = append(file, IpcMessages.END_OF_STREAM, at);
      summed = new SummedRecords<>(sums, at, namesAt, null);
    }
    at = append(file, table.array(), at);
    append(file, closing, at);
    return new SealedSegment.Contents<>(moved, summed);
  }

  /** Writes bytes; gives where they end. */
  private static long append(Disk.File file, byte[] bytes, long at) throws IOException {
    file.write(ByteBuffer.wrap(bytes), at);
    return at + bytes.length;
  }

  private static byte[] closing(
      RowSchema schema, List<ArrowBlock> blocks, Map<String, String> metadata) {
    FlatBufferBuilder builder = new FlatBufferBuilder(4096);
    builder.finish(new ArrowFooter(schema.arrow(), List.of(), blocks, metadata).writeTo(builder));
    byte[] footer = builder.sizedByteArray();
    ByteBuffer out =
        ByteBuffer.allocate(footer.length + SealedSegment.CLOSING).order(ByteOrder.LITTLE_ENDIAN);
    return out.put(footer).putInt(footer.length).put(SealedSegment.MAGIC).array();
  }

  private static ObjectNode indexEntry(RowSchema schema, RecordAt<?> record, Row row)
      throws IOException {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("sequence", record.sequence());
    entry.put("crc32c", HexFormat.of().toHexDigits(record.crc()));
    for (RowSchema.Column column : schema.columns()) {
      if (!column.indexed()) {
        continue;
      }
      String name = column.name();
      switch (column.type()) {
        case UTF8 -> entry.put(name, row.text(name));
        case INT32 -> entry.put(name, row.int32(name));
        case INT64, TIMESTAMP -> entry.put(name, row.int64(name));
        // As text, since JSON knows no infinities.
        case FLOAT64 -> entry.put(name, Double.toString(row.float64(name)));
        case FLOAT32_LIST -> {
          float[] list = row.float32sOrNull(name);
          if (list != null) {
            entry.put(name, text(list));
          }
        }
        case INT64_LIST -> {
          ArrayNode list = entry.putArray(name);
          for (long value : row.int64s(name)) {
            list.add(value);
          }
        }
        default ->
            throw new IllegalArgumentException("column '" + name + "' cannot be in the index");
      }
    }
    return entry;
  }

  private static String text(float[] list) {
    StringJoiner text = new StringJoiner(" ");
    for (float value : list) {
      text.add(Float.toString(value));
    }
    return text.toString();
  }
}
