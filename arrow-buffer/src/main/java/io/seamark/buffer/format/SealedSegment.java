package io.seamark.buffer.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.flatbuffers.FlatBufferBuilder;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;

/** The layout of a sealed segment: an Arrow IPC file with a table of checksums in it. */
final class SealedSegment {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** "SEAT", read as a little-endian number. */
  private static final int TABLE_MAGIC = 0x54414553;

  private static final int TABLE_ENTRY = 24;
  private static final int TABLE_END = 32;

  /** Footer length and closing magic. */
  private static final int CLOSING = 10;

  private static final String SEGMENT_KEY = "seamark.segment";
  private static final String INDEX_KEY = "seamark.index";

  private static final ObjectMapper JSON = new ObjectMapper();

  private SealedSegment() {}

  /** What the table between the batches and the footer says. */
  private record Table(List<RecordAt<Boolean>> records, int headCrc, int closingCrc) {}

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
  static <E> List<RecordAt<E>> write(
      Disk.File file, RowSchema schema, long segment, List<RecordAt<E>> records, Messages messages)
      throws IOException {
    byte[] schemaMessage = schema.message();
    ByteBuffer head = ByteBuffer.allocate(8 + schemaMessage.length);
    head.put(MAGIC).put((byte) 0).put((byte) 0).put(schemaMessage).flip();
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
      index.add(indexEntry(schema, record, message));
      moved.add(
          new RecordAt<>(record.sequence(), at, record.length(), record.crc(), record.entry()));
      at += message.length;
    }
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(SEGMENT_KEY, Long.toString(segment));
    metadata.put(INDEX_KEY, index.toString());
    byte[] closing = closing(schema, blocks, metadata);
    ByteBuffer table =
        ByteBuffer.allocate(8 + records.size() * TABLE_ENTRY + TABLE_END)
            .order(ByteOrder.LITTLE_ENDIAN);
    table.put(IpcMessages.END_OF_STREAM);
    for (RecordAt<E> record : moved) {
      table.putLong(record.sequence()).putLong(record.at());
      table.putInt(record.length()).putInt(record.crc());
    }
    table.putInt(TABLE_MAGIC).putInt(records.size()).putLong(segment);
    table.putInt(Checksums.crc32c(head.array())).putInt(Checksums.crc32c(closing)).putInt(0);
    table.putInt(Checksums.crc32c(table, 8, table.position() - 8));
    file.write(table.flip(), at);
    file.write(ByteBuffer.wrap(closing), at + table.limit());
    return moved;
  }

  private static byte[] closing(
      RowSchema schema, List<ArrowBlock> blocks, Map<String, String> metadata) {
    FlatBufferBuilder builder = new FlatBufferBuilder(4096);
    builder.finish(new ArrowFooter(schema.arrow(), List.of(), blocks, metadata).writeTo(builder));
    byte[] footer = builder.sizedByteArray();
    ByteBuffer out = ByteBuffer.allocate(footer.length + CLOSING).order(ByteOrder.LITTLE_ENDIAN);
    return out.put(footer).putInt(footer.length).put(MAGIC).array();
  }

  private static ObjectNode indexEntry(RowSchema schema, RecordAt<?> record, byte[] message)
      throws IOException {
    Row row = Row.ofBatch(schema, message, Integer.MAX_VALUE);
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

  /**
   * Reads where the records of a segment are.
   *
   * @param damages gets a line for what is damaged but can be done without
   * @throws DamagedRecordException if the segment is damaged beyond use
   * @throws IOException if reading fails, or the segment is of another kind or version
   */
  static <E> List<RecordAt<E>> open(
      String name,
      Disk.File file,
      long segment,
      RowSchema schema,
      RecordIndex<E> index,
      List<String> damages)
      throws IOException {
    long size = file.size();
    long tableEnd = tableEnd(file, size);
    if (tableEnd < 0) {
      damages.add(name + ": its table of checksums is damaged; its records are read by the footer");
      return byBlocks(name, file, size, schema, index, damages);
    }
    Table table = table(name, file, tableEnd, segment, damages);
    checkHead(name, file, schema, table, damages);
    byte[] closing = file.read(tableEnd, (int) (size - tableEnd));
    if (Checksums.crc32c(closing) != table.closingCrc()) {
      damages.add(name + ": its footer is damaged; its records are read by the table of checksums");
      return byTable(name, file, schema, table, index, damages);
    }
    return byFooter(name, ByteBuffer.wrap(closing), table, index);
  }

  /** Where the table ends: before the footer, or, if the footer does not lead there, by search. */
  private static long tableEnd(Disk.File file, long size) throws IOException {
    if (size >= CLOSING) {
      ByteBuffer closing =
          ByteBuffer.wrap(file.read(size - CLOSING, CLOSING)).order(ByteOrder.LITTLE_ENDIAN);
      long end = size - CLOSING - closing.getInt(0);
      if (isTableEnd(file, end, size)) {
        return end;
      }
    }
    for (long end = size - size % 8; end >= TABLE_END; end -= 8) {
      if (isTableEnd(file, end, size)) {
        return end;
      }
    }
    return -1;
  }

  private static boolean isTableEnd(Disk.File file, long end, long size) throws IOException {
    if (end < TABLE_END || end > size || size - end > Integer.MAX_VALUE - 8) {
      return false;
    }
    ByteBuffer tail =
        ByteBuffer.wrap(file.read(end - TABLE_END, TABLE_END)).order(ByteOrder.LITTLE_ENDIAN);
    long records = tail.getInt(4);
    long length = records * TABLE_ENTRY + TABLE_END;
    long least = length + 8;
    if (tail.getInt(0) != TABLE_MAGIC || records < 0 || least > end || length > Integer.MAX_VALUE) {
      return false;
    }
    byte[] all = file.read(end - length, (int) length);
    return tail.getInt(28) == Checksums.crc32c(all, 0, all.length - 4);
  }

  private static Table table(
      String name, Disk.File file, long end, long segment, List<String> damages)
      throws IOException {
    ByteBuffer tail =
        ByteBuffer.wrap(file.read(end - TABLE_END, TABLE_END)).order(ByteOrder.LITTLE_ENDIAN);
    int count = tail.getInt(4);
    if (tail.getLong(8) != segment) {
      throw new DamagedRecordException(
          name + " holds segment " + tail.getLong(8) + ", but its name says " + segment);
    }
    long start = end - TABLE_END - (long) count * TABLE_ENTRY;
    ByteBuffer entries =
        ByteBuffer.wrap(file.read(start, count * TABLE_ENTRY)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] mark = file.read(start - 8, 8);
    if (!Arrays.equals(mark, IpcMessages.END_OF_STREAM)) {
      damages.add(name + ": its end-of-stream mark is damaged; other programs may refuse it");
    }
    List<RecordAt<Boolean>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(
          new RecordAt<>(
              entries.getLong(), entries.getLong(), entries.getInt(), entries.getInt(), true));
    }
    return new Table(records, tail.getInt(16), tail.getInt(20));
  }

  private static void checkHead(
      String name, Disk.File file, RowSchema schema, Table table, List<String> damages)
      throws IOException {
    byte[] prefix = file.read(0, 16);
    int length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    boolean plausible = length > 0 && length < 1 << 20 && length + 16 <= file.size();
    byte[] head = plausible ? file.read(0, length + 16) : prefix;
    if (Checksums.crc32c(head) != table.headCrc()) {
      damages.add(name + ": its first bytes are damaged; other programs may refuse it");
      return;
    }
    byte[] message = Arrays.copyOfRange(head, 8, head.length);
    try {
      IpcMessages.checkSchema(schema, IpcMessages.frame(message, 0, message.length));
    } catch (IOException e) {
      throw new IOException(name + " holds something else: " + e.getMessage(), e);
    }
  }

  /** Reads the records where the table says, trusting only what a checksum confirms. */
  private static <E> List<RecordAt<E>> byTable(
      String name,
      Disk.File file,
      RowSchema schema,
      Table table,
      RecordIndex<E> index,
      List<String> damages)
      throws IOException {
    List<RecordAt<E>> records = new ArrayList<>();
    for (RecordAt<Boolean> record : table.records()) {
      try {
        records.add(indexed(name, file, schema, record, index));
      } catch (DamagedRecordException e) {
        damages.add(e.getMessage());
      }
    }
    return records;
  }

  /** Reads the records where the footer says, trusting only what a checksum confirms. */
  private static <E> List<RecordAt<E>> byBlocks(
      String name,
      Disk.File file,
      long size,
      RowSchema schema,
      RecordIndex<E> index,
      List<String> damages)
      throws IOException {
    List<RecordAt<E>> records = new ArrayList<>();
    try {
      int length =
          ByteBuffer.wrap(file.read(size - CLOSING, 4)).order(ByteOrder.LITTLE_ENDIAN).getInt();
      Footer footer =
          Footer.getRootAsFooter(
              ByteBuffer.wrap(file.read(size - CLOSING - length, length))
                  .order(ByteOrder.LITTLE_ENDIAN));
      JsonNode entries = indexOf(footer);
      for (int i = 0; i < entries.size(); i++) {
        JsonValues values = new JsonValues(entries.get(i));
        Block block = footer.recordBatches(i);
        RecordAt<Boolean> record =
            new RecordAt<>(
                values.int64("sequence"),
                block.offset(),
                Math.toIntExact(block.metaDataLength() + block.bodyLength()),
                HexFormat.fromHexDigits(values.text("crc32c")),
                true);
        try {
          records.add(indexed(name, file, schema, record, index));
        } catch (DamagedRecordException e) {
          damages.add(e.getMessage());
        }
      }
    } catch (EOFException | RuntimeException e) {
      throw new DamagedRecordException(
          name + " is damaged: neither its table of checksums nor its footer can be read");
    }
    return records;
  }

  private static <E> RecordAt<E> indexed(
      String name, Disk.File file, RowSchema schema, RecordAt<Boolean> record, RecordIndex<E> index)
      throws IOException {
    Row row = Row.ofBatch(schema, message(name, file, record), Integer.MAX_VALUE);
    if (row.int64("sequence") != record.sequence()) {
      throw new DamagedRecordException(
          name + ": record " + record.sequence() + " is damaged: another one is in its place");
    }
    return new RecordAt<>(
        record.sequence(),
        record.at(),
        record.length(),
        record.crc(),
        index.entry(record.sequence(), row));
  }

  private static <E> List<RecordAt<E>> byFooter(
      String name, ByteBuffer closing, Table table, RecordIndex<E> index) throws IOException {
    Footer footer = Footer.getRootAsFooter(closing.order(ByteOrder.LITTLE_ENDIAN));
    JsonNode entries = indexOf(footer);
    if (entries.size() != table.records().size()) {
      throw new DamagedRecordException(
          name + " is damaged: its footer has no index of all its records");
    }
    List<RecordAt<E>> records = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      RecordAt<Boolean> record = table.records().get(i);
      JsonValues values = new JsonValues(entries.get(i));
      if (values.int64("sequence") != record.sequence()) {
        throw new DamagedRecordException(
            name + " is damaged: its index and its table of checksums differ");
      }
      records.add(
          new RecordAt<>(
              record.sequence(),
              record.at(),
              record.length(),
              record.crc(),
              index.entry(record.sequence(), values)));
    }
    return records;
  }

  private static JsonNode indexOf(Footer footer) throws IOException {
    for (int i = 0; i < footer.customMetadataLength(); i++) {
      KeyValue entry = footer.customMetadata(i);
      if (INDEX_KEY.equals(entry.key())) {
        return JSON.readTree(entry.value());
      }
    }
    return JSON.createArrayNode();
  }

  /** Reads a record's message and holds it against its checksum. */
  static byte[] message(String name, Disk.File file, RecordAt<?> record) throws IOException {
    if (record.at() < 0 || record.length() < 0 || record.at() + record.length() > file.size()) {
      throw new DamagedRecordException(
          name + ": record " + record.sequence() + " is damaged: the file ends before it");
    }
    byte[] message = file.read(record.at(), record.length());
    if (Checksums.crc32c(message) != record.crc()) {
      throw new DamagedRecordException(
          name + ": record " + record.sequence() + " is damaged: its checksum does not match");
    }
    return message;
  }

  /** The values of an index entry. */
  private record JsonValues(JsonNode entry) implements RowValues {
    private JsonNode value(String column) throws IOException {
      JsonNode value = entry.get(column);
      if (value == null) {
        throw new DamagedRecordException("an index entry lacks '" + column + "'");
      }
      return value;
    }

    @Override
    public String text(String column) throws IOException {
      return value(column).asText();
    }

    @Override
    public int int32(String column) throws IOException {
      return value(column).asInt();
    }

    @Override
    public long int64(String column) throws IOException {
      return value(column).asLong();
    }

    @Override
    public double float64(String column) throws IOException {
      try {
        return Double.parseDouble(value(column).asText());
      } catch (NumberFormatException e) {
        throw new DamagedRecordException(
            "an index entry's '" + column + "' is no number: " + e.getMessage());
      }
    }

    @Override
    public long[] int64s(String column) throws IOException {
      JsonNode list = value(column);
      long[] out = new long[list.size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = list.get(i).asLong();
      }
      return out;
    }
  }
}
