package io.seamark.buffer.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.jspecify.annotations.Nullable;

/** The layout of a sealed segment: an Arrow IPC file with a table of checksums in it. */
final class SealedSegment {
  /** Where the schema message starts. */
  private static final int HEAD_AT = 8;

  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** "SEAT", read as a little-endian number. */
  static final int TABLE_MAGIC = 0x54414553;

  static final int TABLE_ENTRY = 24;
  static final int TABLE_END = 32;

  /** Where the end of the table says how long the summary before the table is. */
  private static final int SUMMARY_LENGTH_AT = 24;

  /** Footer length and closing magic. */
  static final int CLOSING = 10;

  static final String INDEX_KEY = "seamark.index";

  /** Footer and index of far more records than a segment gets. */
  private static final int MAX_CLOSING = 64 << 20;

  private static final int MAX_TABLE = 64 << 20;

  /** How many places that look like the end of a table are tried. */
  private static final int MAX_TRIES = 16;

  private static final int MAX_METADATA_ENTRIES = 64;

  private SealedSegment() {}

  /**
   * What the table between the batches and the footer says.
   *
   * @param at where it starts
   * @param end its last bytes
   */
  private record Table(List<RecordPlace> records, long at, byte[] end) {
    int headCrc() {
      return number(16);
    }

    int closingCrc() {
      return number(20);
    }

    /** Bytes of the summary; 0 if there is none, as in segments of earlier releases. */
    int summaryLength() {
      return number(SUMMARY_LENGTH_AT);
    }

    private int number(int at) {
      return ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
  }

  /**
   * What was read of a segment.
   *
   * @param records all that can be read, ascending
   * @param summed the same as it is kept in memory; null if the segment is damaged, or has records
   *     that cannot be summed up
   */
  record Contents<E>(List<RecordAt<E>> records, @Nullable SummedRecords<E> summed) {
    /** What is kept of it in memory. */
    SegmentRecords<E> kept(RowSchema schema) {
      return summed != null ? summed : new HeldRecords<>(schema, records);
    }
  }

  /**
   * Reads the summary of a segment, which takes a few small reads whatever is in it. It is believed
   * if its checksum confirms it and the end of the table, and these the file's first bytes.
   *
   * @return null if that cannot be: the segment has no summary, or is damaged
   * @throws IOException if reading fails, or the segment is of another kind or version
   */
  static <E> @Nullable SummedRecords<E> summed(
      String name, Disk.File file, long segment, RowSchema schema, Names names) throws IOException {
    long size = file.size();
    if (size < CLOSING + TABLE_END) {
      return null;
    }
    ByteBuffer closing =
        ByteBuffer.wrap(file.read(size - CLOSING, CLOSING)).order(ByteOrder.LITTLE_ENDIAN);
    long tableEnd = size - CLOSING - closing.getInt(0);
    boolean closed = closing.slice(4, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    if (!closed || tableEnd < TABLE_END || tableEnd > size - CLOSING) {
      return null;
    }
    byte[] end = file.read(tableEnd - TABLE_END, TABLE_END);
    ByteBuffer tail = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN);
    int records = tail.getInt(4);
    int length = tail.getInt(SUMMARY_LENGTH_AT);
    long tableAt = tableEnd - TABLE_END - (long) records * TABLE_ENTRY;
    long at = tableAt - IpcMessages.END_OF_STREAM.length - length;
    boolean plausible =
        tail.getInt(0) == TABLE_MAGIC
            && tail.getLong(8) == segment
            && records > 0
            && length > Integer.BYTES
            && length <= SegmentSummary.MAX_BYTES
            && namesAt(schema, at, records) >= IpcMessages.END_OF_STREAM.length;
    if (!plausible) {
      return null;
    }
    byte[] bytes = file.read(at, length);
    byte[] body = Arrays.copyOf(bytes, length - Integer.BYTES);
    int crc = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(body.length);
    byte[] head = head(file);
    if (crc != summaryCrc(body, end) || tail.getInt(16) != Checksums.crc32c(head)) {
      return null;
    }
    requireKind(name, head, schema);
    try {
      SegmentSummary summary = SegmentSummary.ofBytes(body, schema, names);
      long namesAt = schema.summary().name().isEmpty() ? -1 : namesAt(schema, at, records);
      return summary.records() == records
          ? new SummedRecords<>(summary, tableAt, namesAt, null)
          : null;
    } catch (DamagedRecordException e) {
      return null;
    }
  }

  private static int summaryCrc(byte[] summary, byte[] tableEnd) {
    CRC32C crc = new CRC32C();
    crc.update(summary);
    crc.update(tableEnd);
    return (int) crc.getValue();
  }

  private static long namesAt(RowSchema schema, long summaryAt, int records) {
    return schema.summary().name().isEmpty()
        ? summaryAt
        : summaryAt - (long) records * NameHashes.EACH;
  }

  /** What stands between the records and the table: the hashes of their names, and the summary. */
  static byte[] between(byte[] names, byte[] summary, byte[] tableEnd) {
    ByteBuffer out =
        ByteBuffer.allocate(names.length + summary.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    return out.put(names).put(summary).putInt(summaryCrc(summary, tableEnd)).array();
  }

  /** The hashes of the names of records, as they stand in a file; none if they have no names. */
  static byte[] names(RowSchema schema, List<? extends RecordAt<?>> records) {
    return schema.summary().name().isEmpty() ? new byte[0] : NameHashes.of(records).bytes();
  }

  /**
   * Where a record of a summed segment is, by its entry in the table alone; the message that is
   * there has yet to confirm it.
   */
  static RecordPlace place(String name, Disk.File file, SummedRecords<?> records, long sequence)
      throws IOException {
    long at = records.tableAt + (long) records.place(sequence) * TABLE_ENTRY;
    if (at > file.size() - TABLE_ENTRY) {
      throw new DamagedRecordException(
          name + ": record " + sequence + " is damaged: the file ends before it");
    }
    ByteBuffer entry = ByteBuffer.wrap(file.read(at, TABLE_ENTRY)).order(ByteOrder.LITTLE_ENDIAN);
    RecordPlace place =
        new RecordPlace(entry.getLong(), entry.getLong(), entry.getInt(), entry.getInt());
    if (place.sequence() != sequence) {
      throw new DamagedRecordException(
          name + ": record " + sequence + " is damaged: another one is in its place");
    }
    return place;
  }

  /**
   * Reads where all records of a segment are. Nothing that the file says of itself is believed
   * before it is held against its size, a bound or a checksum.
   *
   * @param damages gets a line for what is damaged but can be done without
   * @throws DamagedRecordException if the segment is damaged beyond use, or none of this format
   * @throws IOException if reading fails, or the segment is of another kind or version
   */
  static <E> Contents<E> open(
      String name, Disk.File file, long segment, Indexing<E> index, Damages damages)
      throws IOException {
    try {
      long size = file.size();
      long tableEnd = tableEnd(file, size);
      if (tableEnd < 0) {
        return new Contents<>(withoutTable(name, file, segment, index, damages), null);
      }
      byte[] head = head(file);
      Table table = null;
      Damages ofTable = new Damages();
      DamagedRecordException senseless = null;
      try {
        table = table(name, file, tableEnd, segment, ofTable);
      } catch (DamagedRecordException e) {
        senseless = e;
      }
      boolean own = table != null && Checksums.crc32c(head) == table.headCrc();
      if (!own && isForeign(name, file, table)) {
        return new Contents<>(withoutTable(name, file, segment, index, damages), null);
      }
      if (table == null) {
        throw Objects.requireNonNull(senseless);
      }
      ofTable.lines().forEach(damages::add);
      checkHead(name, head, index.schema(), table, damages);
      long closing = size - tableEnd;
      if (closing > MAX_CLOSING
          || Checksums.crc32c(file, tableEnd, closing) != table.closingCrc()) {
        damages.add(
            name + ": its footer is damaged; its records are read by the table of checksums");
        return new Contents<>(byTable(name, file, table, index, damages), null);
      }
      try {
        ByteBuffer footer = ByteBuffer.wrap(file.read(tableEnd, (int) closing));
        List<RecordAt<E>> records = byFooter(footer, table, index);
        return new Contents<>(records, summed(name, file, table, records, index, damages));
      } catch (DamagedRecordException | RuntimeException e) {
        damages.add(
            name
                + ": the index in its footer is damaged; its records are read by the table of"
                + " checksums");
        return new Contents<>(byTable(name, file, table, index, damages), null);
      }
    } catch (EOFException | RuntimeException e) {
      // Flatbuffers read wherever an offset points and throw what they meet there.
      throw new DamagedRecordException(name + " is damaged beyond use: " + e.getMessage());
    }
  }

  /** Sums up the records of a segment, and holds that against the summary that it has. */
  private static <E> @Nullable SummedRecords<E> summed(
      String name,
      Disk.File file,
      Table table,
      List<RecordAt<E>> records,
      Indexing<E> index,
      Damages damages)
      throws IOException {
    RowSchema schema = index.schema();
    byte[] names = names(schema, records);
    SegmentSummary summary = SegmentSummary.of(schema, records, names);
    if (table.summaryLength() == 0) {
      NameHashes hashes = names.length == 0 ? null : NameHashes.of(records);
      return summary == null || !damages.isEmpty()
          ? null
          : new SummedRecords<>(summary, table.at(), -1, hashes);
    }
    byte[] mark = IpcMessages.END_OF_STREAM;
    byte[] fits = summary == null ? names : between(names, summary.bytes(), table.end());
    long at = table.at() - mark.length - fits.length;
    boolean room = at >= mark.length;
    if (!room
        || fits.length - names.length != table.summaryLength()
        || !Arrays.equals(fits, file.read(at, fits.length))) {
      damages.add(name + ": its summary is damaged; its records are read for it");
    } else if (!Arrays.equals(mark, file.read(at - mark.length, mark.length))) {
      damages.add(name + ": its end-of-stream mark is damaged; other programs may refuse it");
    }
    return summary == null || !damages.isEmpty()
        ? null
        : new SummedRecords<>(summary, table.at(), names.length == 0 ? -1 : at, null);
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
    byte[] last = file.read(end - TABLE_END, TABLE_END);
    ByteBuffer tail = ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN);
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
    List<RecordPlace> records = new ArrayList<>();
    long due = 0;
    long from = 0;
    for (int i = 0; i < count; i++) {
      RecordPlace record =
          new RecordPlace(entries.getLong(), entries.getLong(), entries.getInt(), entries.getInt());
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
    return new Table(records, start, last);
  }

  /** All before the first record, or less if it does not say how much that is. */
  private static byte[] head(Disk.File file) throws IOException {
    byte[] prefix = file.read(0, 16);
    int length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    boolean plausible =
        length > 0 && length <= IpcMessages.MAX_METADATA && length + 16 <= file.size();
    return plausible ? file.read(0, length + 16) : prefix;
  }

  private static void checkHead(
      String name, byte[] head, RowSchema schema, Table table, Damages damages) throws IOException {
    if (Checksums.crc32c(head) != table.headCrc()) {
      damages.add(name + ": its first bytes are damaged; other programs may refuse it");
      return;
    }
    requireKind(name, head, schema);
  }

  private static void requireKind(String name, byte[] head, RowSchema schema) throws IOException {
    try {
      IpcMessages.checkSchema(schema, Arrays.copyOfRange(head, HEAD_AT, head.length));
    } catch (IOException e) {
      throw new IOException(name + " holds something else: " + e.getMessage(), e);
    }
  }

  /** Reads the records where the table says, trusting only what a checksum confirms. */
  private static <E> List<RecordAt<E>> byTable(
      String name, Disk.File file, Table table, Indexing<E> index, Damages damages)
      throws IOException {
    List<RecordAt<E>> records = new ArrayList<>();
    for (RecordPlace record : table.records()) {
      try {
        records.add(indexed(name, file, record, index));
      } catch (DamagedRecordException e) {
        damages.add(String.valueOf(e.getMessage()));
      }
    }
    return records;
  }

  /** Finds the records by their marks or, of an earlier release, where the footer says. */
  private static <E> List<RecordAt<E>> withoutTable(
      String name, Disk.File file, long segment, Indexing<E> index, Damages damages)
      throws IOException {
    MarkedMessages.Found head = MarkedMessages.schema(file, HEAD_AT);
    List<MarkedMessages.Found> marked =
        head == null && isUnmarked(head(file)) ? List.of() : marked(file, head);
    if (head == null && marked.isEmpty()) {
      List<RecordAt<E>> records = byBlocks(name, file, file.size(), index, damages);
      damages.add(name + ": its table of checksums is damaged; its records are read by the footer");
      return records;
    }
    damages.add(name + ": its table of checksums is damaged; its records are found by their marks");
    return byMarks(name, file, segment, head, marked, index, damages);
  }

  private static List<MarkedMessages.Found> marked(
      Disk.File file, MarkedMessages.@Nullable Found head) throws IOException {
    return MarkedMessages.records(file, head == null ? 0 : head.mark().salt());
  }

  /** Whether a segment begins as one of an earlier release, whose messages have no marks. */
  private static boolean isUnmarked(byte[] head) {
    if (new String(head, StandardCharsets.ISO_8859_1).contains(MessageMark.KEY)) {
      return false;
    }
    try {
      byte[] schema = Arrays.copyOfRange(head, HEAD_AT, head.length);
      Message message = IpcMessages.frame(schema, 0, schema.length).header();
      return message.headerType() == MessageHeader.Schema && message.customMetadataLength() == 0;
    } catch (IOException | RuntimeException e) {
      // Flatbuffers read wherever an offset points and throw what they meet there.
      return false;
    }
  }

  /**
   * Whether a table that does not know the file's first bytes is one that an image of a record
   * holds: then there are records that are not within those that it knows.
   */
  private static boolean isForeign(String name, Disk.File file, @Nullable Table table)
      throws IOException {
    List<RecordPlace> known = new ArrayList<>();
    for (RecordPlace record : table == null ? List.<RecordPlace>of() : table.records()) {
      try {
        message(name, file, record);
        known.add(record);
      } catch (DamagedRecordException e) {
        // Says nothing of where it is.
      }
    }
    int at = 0;
    for (MarkedMessages.Found found : marked(file, MarkedMessages.schema(file, HEAD_AT))) {
      while (at < known.size() && known.get(at).at() + known.get(at).length() < found.end()) {
        at++;
      }
      if (at == known.size() || known.get(at).at() > found.at()) {
        return true;
      }
    }
    return false;
  }

  /** Finds the records by what each says of itself. */
  private static <E> List<RecordAt<E>> byMarks(
      String name,
      Disk.File file,
      long segment,
      MarkedMessages.@Nullable Found head,
      List<MarkedMessages.Found> marked,
      Indexing<E> index,
      Damages damages)
      throws IOException {
    if (head != null && head.mark().number() != segment) {
      throw new DamagedRecordException(
          name + " holds segment " + head.mark().number() + ", but its name says " + segment);
    }
    if (head == null) {
      damages.add(name + ": its first bytes are damaged; other programs may refuse it");
    }
    List<RecordAt<E>> records = new ArrayList<>();
    long from = head == null ? -1 : head.end();
    for (MarkedMessages.Found found : marked) {
      if (from >= 0 && found.at() > from) {
        damages.add(
            name
                + ": bytes "
                + from
                + " to "
                + found.at()
                + " are damaged: no record is whole there");
      }
      from = found.end();
      try {
        RecordPlace record =
            new RecordPlace(found.mark().number(), found.at(), found.length(), found.crc());
        records.add(indexed(name, file, record, index));
      } catch (DamagedRecordException e) {
        damages.add(String.valueOf(e.getMessage()));
      }
    }
    if (from >= 0 && from < file.size()) {
      damages.add(
          name
              + ": bytes "
              + from
              + " to "
              + file.size()
              + ", from the last whole record on, say nothing");
    }
    return records;
  }

  /** Reads the records where the footer says, trusting only what a checksum confirms. */
  private static <E> List<RecordAt<E>> byBlocks(
      String name, Disk.File file, long size, Indexing<E> index, Damages damages)
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
      try (IndexEntries entries = new IndexEntries(json, index.schema())) {
        JsonValues values = entries.next();
        for (int i = 0; values != null; i++, values = entries.next()) {
          RecordPlace record = record(values, footer.recordBatches(i));
          if (record.sequence() < due || record.sequence() >= Journal.MAX_SEQUENCE) {
            throw new DamagedRecordException("its sequences do not ascend");
          }
          due = record.sequence() + 1;
          try {
            records.add(indexed(name, file, record, index));
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

  private static RecordPlace record(JsonValues values, @Nullable Block block) throws IOException {
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
    return new RecordPlace(
        values.int64("sequence"),
        block.offset(),
        (int) (metadata + body),
        HexFormat.fromHexDigits(crc));
  }

  private static <E> RecordAt<E> indexed(
      String name, Disk.File file, RecordPlace record, Indexing<E> index) throws IOException {
    byte[] message = message(name, file, record);
    try {
      Row row = Row.ofBatch(index.schema(), message, Row.MAX_CONTENT);
      if (row.int64("sequence") != record.sequence()) {
        throw new DamagedRecordException("another one is in its place");
      }
      return index.record(record, row);
    } catch (IOException | RuntimeException e) {
      // The bytes are in memory by now: whatever is wrong is wrong with them.
      throw new DamagedRecordException(
          name + ": record " + record.sequence() + " is damaged: " + e.getMessage());
    }
  }

  private static <E> List<RecordAt<E>> byFooter(ByteBuffer closing, Table table, Indexing<E> index)
      throws IOException {
    ByteBuffer json = index(Footer.getRootAsFooter(closing.order(ByteOrder.LITTLE_ENDIAN)));
    if (json == null) {
      throw new DamagedRecordException("the footer has no index");
    }
    List<RecordAt<E>> records = new ArrayList<>();
    try (IndexEntries entries = new IndexEntries(json, index.schema())) {
      for (RecordPlace record : table.records()) {
        JsonValues values = entries.next();
        if (values == null || values.int64("sequence") != record.sequence()) {
          throw new DamagedRecordException("index and table of checksums differ");
        }
        records.add(index.record(record, values));
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
  static byte[] message(String name, Disk.File file, RecordPlace record) throws IOException {
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
}
