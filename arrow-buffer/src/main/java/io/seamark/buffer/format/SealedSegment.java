package io.seamark.buffer.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.jspecify.annotations.Nullable;

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

  /** Footer and index of far more records than a segment gets. */
  private static final int MAX_CLOSING = 64 << 20;

  private static final int MAX_TABLE = 64 << 20;

  /** How many places that look like the end of a table are tried. */
  private static final int MAX_TRIES = 16;

  private static final int MAX_METADATA_ENTRIES = 64;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** For what is read: nothing of the index is long or deep. */
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(64 << 10)
                  .maxNameLength(1 << 10)
                  .maxNestingDepth(8)
                  .build())
          .build();

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
    // A journal of an earlier release is sealed as that would have.
    RowSchema written =
        records.isEmpty()
            ? schema
            : schema.first(Row.ofBatch(schema, messages.message(0), Row.MAX_CONTENT).columns());
    byte[] schemaMessage = written.message();
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
    byte[] closing = closing(written, blocks, metadata);
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
    Row row = Row.ofBatch(schema, message, Row.MAX_CONTENT);
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

  /**
   * Reads where the records of a segment are. Nothing that the file says of itself is believed
   * before it is held against its size, a bound or a checksum.
   *
   * @param damages gets a line for what is damaged but can be done without
   * @throws DamagedRecordException if the segment is damaged beyond use, or none of this format
   * @throws IOException if reading fails, or the segment is of another kind or version
   */
  static <E> List<RecordAt<E>> open(
      String name,
      Disk.File file,
      long segment,
      RowSchema schema,
      RecordIndex<E> index,
      Damages damages)
      throws IOException {
    try {
      long size = file.size();
      long tableEnd = tableEnd(file, size);
      if (tableEnd < 0) {
        List<RecordAt<E>> records = byBlocks(name, file, size, schema, index, damages);
        damages.add(
            name + ": its table of checksums is damaged; its records are read by the footer");
        return records;
      }
      Table table = table(name, file, tableEnd, segment, damages);
      checkHead(name, file, schema, table, damages);
      long closing = size - tableEnd;
      if (closing > MAX_CLOSING
          || Checksums.crc32c(file, tableEnd, closing) != table.closingCrc()) {
        damages.add(
            name + ": its footer is damaged; its records are read by the table of checksums");
        return byTable(name, file, schema, table, index, damages);
      }
      try {
        ByteBuffer footer = ByteBuffer.wrap(file.read(tableEnd, (int) closing));
        return byFooter(footer, schema, table, index);
      } catch (DamagedRecordException | RuntimeException e) {
        damages.add(
            name
                + ": the index in its footer is damaged; its records are read by the table of"
                + " checksums");
        return byTable(name, file, schema, table, index, damages);
      }
    } catch (EOFException | RuntimeException e) {
      // Flatbuffers read wherever an offset points and throw what they meet there.
      throw new DamagedRecordException(name + " is damaged beyond use: " + e.getMessage());
    }
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
    // Backwards, window by window. What only looks like a table is not tried for ever.
    int tries = MAX_TRIES;
    int window = 64 << 10;
    for (long to = size - size % 8; to >= TABLE_END; to -= window) {
      long from = Math.max(0, to - window);
      ByteBuffer bytes =
          ByteBuffer.wrap(file.read(from, (int) (to - from))).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = bytes.limit() - 8; at >= 0; at -= 8) {
        if (bytes.getInt(at) == TABLE_MAGIC) {
          if (isTableEnd(file, from + at + TABLE_END, size)) {
            return from + at + TABLE_END;
          }
          if (--tries == 0) {
            return -1;
          }
        }
      }
    }
    return -1;
  }

  private static boolean isTableEnd(Disk.File file, long end, long size) throws IOException {
    if (end < TABLE_END || end > size) {
      return false;
    }
    ByteBuffer tail =
        ByteBuffer.wrap(file.read(end - TABLE_END, TABLE_END)).order(ByteOrder.LITTLE_ENDIAN);
    long records = tail.getInt(4);
    long length = records * TABLE_ENTRY + TABLE_END;
    if (tail.getInt(0) != TABLE_MAGIC || records < 0 || length > end - 8 || length > MAX_TABLE) {
      return false;
    }
    return tail.getInt(28) == Checksums.crc32c(file, end - length, length - 4);
  }

  private static Table table(String name, Disk.File file, long end, long segment, Damages damages)
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
    long due = 0;
    long from = 0;
    for (int i = 0; i < count; i++) {
      RecordAt<Boolean> record =
          new RecordAt<>(
              entries.getLong(), entries.getLong(), entries.getInt(), entries.getInt(), true);
      if (record.sequence() < due
          || record.sequence() >= Journal.MAX_SEQUENCE
          || record.at() < from
          || record.length() < 8
          || record.length() > start - 8 - record.at()) {
        throw new DamagedRecordException(
            name + " is damaged beyond use: its table of checksums makes no sense at entry " + i);
      }
      due = record.sequence() + 1;
      from = record.at() + record.length();
      records.add(record);
    }
    return new Table(records, tail.getInt(16), tail.getInt(20));
  }

  private static void checkHead(
      String name, Disk.File file, RowSchema schema, Table table, Damages damages)
      throws IOException {
    byte[] prefix = file.read(0, 16);
    int length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    boolean plausible =
        length > 0 && length <= IpcMessages.MAX_METADATA && length + 16 <= file.size();
    byte[] head = plausible ? file.read(0, length + 16) : prefix;
    if (Checksums.crc32c(head) != table.headCrc()) {
      damages.add(name + ": its first bytes are damaged; other programs may refuse it");
      return;
    }
    try {
      IpcMessages.checkSchema(schema, Arrays.copyOfRange(head, 8, head.length));
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
      Damages damages)
      throws IOException {
    List<RecordAt<E>> records = new ArrayList<>();
    for (RecordAt<Boolean> record : table.records()) {
      try {
        records.add(indexed(name, file, schema, record, index));
      } catch (DamagedRecordException e) {
        damages.add(String.valueOf(e.getMessage()));
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
      Damages damages)
      throws IOException {
    if (size < CLOSING) {
      throw noSegment(name, "it has only " + size + " bytes");
    }
    ByteBuffer closing =
        ByteBuffer.wrap(file.read(size - CLOSING, CLOSING)).order(ByteOrder.LITTLE_ENDIAN);
    int length = closing.getInt(0);
    if (length < 1 || length > size - CLOSING || length > MAX_CLOSING) {
      throw noSegment(
          name, "it ends as if its footer had " + length + " of its " + size + " bytes");
    }
    List<RecordAt<E>> records = new ArrayList<>();
    boolean ours = false;
    try {
      Footer footer =
          Footer.getRootAsFooter(
              ByteBuffer.wrap(file.read(size - CLOSING - length, length))
                  .order(ByteOrder.LITTLE_ENDIAN));
      ByteBuffer json = index(footer);
      if (json == null) {
        throw noSegment(name, "its footer has no " + INDEX_KEY);
      }
      ours = true;
      long due = 0;
      try (IndexEntries entries = new IndexEntries(json, schema)) {
        JsonValues values = entries.next();
        for (int i = 0; values != null; i++, values = entries.next()) {
          RecordAt<Boolean> record = record(values, footer.recordBatches(i));
          if (record.sequence() < due || record.sequence() >= Journal.MAX_SEQUENCE) {
            throw new DamagedRecordException("its sequences do not ascend");
          }
          due = record.sequence() + 1;
          try {
            records.add(indexed(name, file, schema, record, index));
          } catch (DamagedRecordException e) {
            damages.add(String.valueOf(e.getMessage()));
          }
        }
      }
    } catch (EOFException | DamagedRecordException | RuntimeException e) {
      if (!ours) {
        throw e instanceof DamagedRecordException no ? no : noSegment(name, "its footer is none");
      }
      damages.add(
          name + ": the index in its footer is damaged from entry " + records.size() + " on");
    }
    return records;
  }

  private static DamagedRecordException noSegment(String name, String why) {
    return new DamagedRecordException(
        name
            + " is no segment of Seamark's: it has no table of checksums, and "
            + why
            + "; or it was one and is damaged beyond use");
  }

  private static RecordAt<Boolean> record(JsonValues values, @Nullable Block block)
      throws IOException {
    if (block == null) {
      throw new DamagedRecordException("the footer has fewer blocks than its index has entries");
    }
    long metadata = block.metaDataLength();
    long body = block.bodyLength();
    if (metadata < 0 || body < 0 || body > IpcMessages.MAX_RECORD - metadata) {
      throw new DamagedRecordException("a block has " + metadata + " and " + body + " bytes");
    }
    String crc = values.text("crc32c");
    if (!crc.matches("[0-9a-f]{8}")) {
      throw new DamagedRecordException("a checksum is no eight hexadecimal digits");
    }
    return new RecordAt<>(
        values.int64("sequence"),
        block.offset(),
        (int) (metadata + body),
        HexFormat.fromHexDigits(crc),
        true);
  }

  private static <E> RecordAt<E> indexed(
      String name, Disk.File file, RowSchema schema, RecordAt<Boolean> record, RecordIndex<E> index)
      throws IOException {
    byte[] message = message(name, file, record);
    try {
      Row row = Row.ofBatch(schema, message, Row.MAX_CONTENT);
      if (row.int64("sequence") != record.sequence()) {
        throw new DamagedRecordException("another one is in its place");
      }
      return new RecordAt<>(
          record.sequence(),
          record.at(),
          record.length(),
          record.crc(),
          index.entry(record.sequence(), row));
    } catch (IOException | RuntimeException e) {
      // The bytes are in memory by now: whatever is wrong is wrong with them.
      throw new DamagedRecordException(
          name + ": record " + record.sequence() + " is damaged: " + e.getMessage());
    }
  }

  private static <E> List<RecordAt<E>> byFooter(
      ByteBuffer closing, RowSchema schema, Table table, RecordIndex<E> index) throws IOException {
    ByteBuffer json = index(Footer.getRootAsFooter(closing.order(ByteOrder.LITTLE_ENDIAN)));
    if (json == null) {
      throw new DamagedRecordException("the footer has no index");
    }
    List<RecordAt<E>> records = new ArrayList<>();
    try (IndexEntries entries = new IndexEntries(json, schema)) {
      for (RecordAt<Boolean> record : table.records()) {
        JsonValues values = entries.next();
        if (values == null || values.int64("sequence") != record.sequence()) {
          throw new DamagedRecordException("index and table of checksums differ");
        }
        records.add(
            new RecordAt<>(
                record.sequence(),
                record.at(),
                record.length(),
                record.crc(),
                index.entry(record.sequence(), values)));
      }
      if (entries.next() != null) {
        throw new DamagedRecordException("index and table of checksums differ");
      }
    }
    return records;
  }

  /** The JSON of the index, or null if the footer has none. */
  private static @Nullable ByteBuffer index(Footer footer) {
    int entries = Math.min(footer.customMetadataLength(), MAX_METADATA_ENTRIES);
    for (int i = 0; i < entries; i++) {
      KeyValue entry = footer.customMetadata(i);
      if (entry != null && IpcMessages.is(INDEX_KEY, entry.keyAsByteBuffer())) {
        return entry.valueAsByteBuffer();
      }
    }
    return null;
  }

  /** Reads a record's message and holds it against its checksum. */
  static byte[] message(String name, Disk.File file, RecordAt<?> record) throws IOException {
    if (record.at() < 0
        || record.length() < 0
        || record.length() > IpcMessages.MAX_RECORD
        || record.length() > file.size() - record.at()) {
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

  /** Reads the entries of an index one by one, so that none but the one at hand takes memory. */
  private static final class IndexEntries implements AutoCloseable {
    private final RowSchema schema;
    private final JsonParser parser;
    private boolean begun;

    IndexEntries(ByteBuffer json, RowSchema schema) throws IOException {
      this.schema = schema;
      this.parser =
          STRICT.createParser(json.array(), json.arrayOffset() + json.position(), json.remaining());
    }

    /** The next entry, or null after the last. */
    @Nullable JsonValues next() throws IOException {
      try {
        JsonToken token = parser.nextToken();
        if (!begun && token != JsonToken.START_ARRAY) {
          throw new DamagedRecordException("the index is no array");
        }
        token = begun ? token : parser.nextToken();
        begun = true;
        if (token == JsonToken.END_ARRAY) {
          return null;
        }
        if (token != JsonToken.START_OBJECT) {
          throw new DamagedRecordException("an entry of the index is no object");
        }
        Map<String, String> scalars = new HashMap<>();
        Map<String, long[]> lists = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          RowSchema.Column column = schema.column(name);
          token = parser.nextToken();
          boolean wanted = column != null || name.equals("sequence") || name.equals("crc32c");
          if (!wanted) {
            parser.skipChildren();
          } else if (token == JsonToken.START_ARRAY) {
            lists.put(name, list(column == null ? 0 : column.most()));
          } else {
            scalars.put(name, parser.getText());
          }
        }
        return new JsonValues(scalars, lists);
      } catch (DamagedRecordException e) {
        throw e;
      } catch (IOException e) {
        throw new DamagedRecordException("the index is no JSON");
      }
    }

    private long[] list(int most) throws IOException {
      long[] values = new long[16];
      int n = 0;
      while (parser.nextToken() == JsonToken.VALUE_NUMBER_INT) {
        if (n == most) {
          throw new DamagedRecordException("a list of the index has more than " + most + " values");
        }
        if (n == values.length) {
          values = Arrays.copyOf(values, Math.min(most, 2 * n));
        }
        values[n++] = parser.getLongValue();
      }
      if (parser.currentToken() != JsonToken.END_ARRAY) {
        throw new DamagedRecordException("a list of the index holds other than numbers");
      }
      return Arrays.copyOf(values, n);
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }

  /** The values of an index entry. */
  private record JsonValues(Map<String, String> scalars, Map<String, long[]> lists)
      implements RowValues {
    private <T> T value(Map<String, T> values, String column) throws IOException {
      T value = values.get(column);
      if (value == null) {
        throw new DamagedRecordException("an index entry lacks '" + column + "'");
      }
      return value;
    }

    @Override
    public String text(String column) throws IOException {
      return value(scalars, column);
    }

    @Override
    public int int32(String column) throws IOException {
      return Math.toIntExact(int64(column));
    }

    @Override
    public long int64(String column) throws IOException {
      return number(column, Long::valueOf);
    }

    @Override
    public double float64(String column) throws IOException {
      return number(column, Double::valueOf);
    }

    private <N extends Number> N number(String column, Function<String, N> parse)
        throws IOException {
      try {
        return parse.apply(value(scalars, column));
      } catch (NumberFormatException e) {
        throw new DamagedRecordException("an index entry's '" + column + "' is no number");
      }
    }

    @Override
    public float @Nullable [] float32sOrNull(String column) throws IOException {
      String text = scalars.get(column);
      if (text == null) {
        return null;
      }
      String[] parts = text.isEmpty() ? new String[0] : text.split(" ", -1);
      float[] list = new float[parts.length];
      try {
        for (int i = 0; i < list.length; i++) {
          list[i] = Float.parseFloat(parts[i]);
        }
      } catch (NumberFormatException e) {
        throw new DamagedRecordException("an index entry's '" + column + "' is no list of numbers");
      }
      return list;
    }

    @Override
    public long[] int64s(String column) throws IOException {
      return value(lists, column);
    }
  }
}
