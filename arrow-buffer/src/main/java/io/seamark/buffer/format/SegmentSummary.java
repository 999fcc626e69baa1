package io.seamark.buffer.format;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sealed segment says of all its records at once, so that opening it reads nothing of each.
 *
 * @param first sequence of the first record
 * @param last sequence of the last record
 * @param records how many there are, at least 1
 * @param there which sequences from the first on are there; null if all up to the last are
 * @param earliest no record's time is before; the lowest number if that of one is not known
 * @param latest no record's time is after; the highest number if that of one is not known
 * @param counts by each counted column of the schema
 * @param namesCrc CRC-32C of the {@link NameHashes} as they stand in the file; 0 without names
 */
record SegmentSummary(
    long first,
    long last,
    int records,
    @Nullable BitSet there,
    long earliest,
    long latest,
    List<RecordCounts> counts,
    int namesCrc) {
  /** "SEAS", read as a little-endian number. */
  private static final int MAGIC = 0x53414553;

  private static final int VERSION = 1;
  private static final int FIXED = 56;

  /** The most bytes of one, its CRC included. */
  static final int MAX_BYTES = 4 << 20;

  /** From the first to the last sequence, where some between are missing. */
  private static final long MAX_RANGE = 1 << 18;

  /**
   * Sums records up.
   *
   * @param records ascending by sequence
   * @param names of these records, as they will stand in the file
   * @return null if there are none, or a summary of them would not be small
   */
  static @Nullable SegmentSummary of(
      RowSchema schema, List<? extends RecordAt<?>> records, byte[] names) {
    if (records.isEmpty()) {
      return null;
    }
    long first = records.get(0).sequence();
    long last = records.get(records.size() - 1).sequence();
    BitSet there = null;
    if (last - first + 1 != records.size()) {
      if (last - first >= MAX_RANGE) {
        return null;
      }
      there = new BitSet((int) (last - first + 1));
      for (RecordAt<?> record : records) {
        there.set((int) (record.sequence() - first));
      }
    }
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (RecordAt<?> record : records) {
      Long time = record.keys().time();
      earliest = Math.min(earliest, time == null ? Long.MIN_VALUE : time);
      latest = Math.max(latest, time == null ? Long.MAX_VALUE : time);
    }
    List<RecordCounts> counts = new ArrayList<>();
    for (int i = 0; i < schema.summary().counted().size(); i++) {
      counts.add(RecordCounts.of(records, i, schema.summary().counted().get(i).most()));
    }
    int namesCrc = names.length == 0 ? 0 : Checksums.crc32c(names);
    SegmentSummary summary =
        new SegmentSummary(
            first, last, records.size(), there, earliest, latest, List.copyOf(counts), namesCrc);
    return summary.bytes().length + Integer.BYTES <= MAX_BYTES ? summary : null;
  }

  /** As it stands in a file, up to its CRC. */
  byte[] bytes() {
    byte[] bits = there == null ? new byte[0] : there.toByteArray();
    List<byte[]> texts = new ArrayList<>();
    counts.forEach(
        column -> column.forEach((v, n) -> texts.add(v.getBytes(StandardCharsets.UTF_8))));
    int length = FIXED + bits.length + 16 * (counts.size() + texts.size());
    length += texts.stream().mapToInt(text -> text.length).sum();
    // With its CRC it is a multiple of 8.
    int padded = (length + Integer.BYTES + 7) / 8 * 8 - Integer.BYTES;
    ByteBuffer out = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putInt(records).putInt(namesCrc);
    out.putLong(first).putLong(last).putLong(earliest).putLong(latest);
    out.putInt(bits.length).putInt(counts.size()).put(bits);
    for (RecordCounts column : counts) {
      Map<String, Count> byValue = column.byValue();
      out.putInt(byValue.size());
      put(out, column.others());
      byValue.forEach(
          (value, count) -> {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            out.putInt(text.length);
            put(out, count);
            out.put(text);
          });
    }
    return out.array();
  }

  private static void put(ByteBuffer out, Count count) {
    out.putInt(count.records()).putLong(count.bytes());
  }

  /**
   * Reads one, whose CRC matches.
   *
   * @param bytes up to the CRC
   * @param names keeps its texts
   * @throws DamagedRecordException if it makes no sense
   */
  static SegmentSummary ofBytes(byte[] bytes, RowSchema schema, Names names)
      throws DamagedRecordException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (in.getInt() != MAGIC || in.getInt() != VERSION) {
        throw senseless("it is of another version");
      }
      int records = in.getInt();
      int namesCrc = in.getInt();
      long first = in.getLong();
      long last = in.getLong();
      long earliest = in.getLong();
      long latest = in.getLong();
      if (records < 1
          || first < 0
          || last >= Journal.MAX_SEQUENCE
          || last - first + 1 < records
          || earliest > latest) {
        throw senseless("its bounds contradict each other");
      }
      int bits = in.getInt();
      int columns = in.getInt();
      BitSet there = there(in, bits, last - first + 1, records);
      if (columns != schema.summary().counted().size()) {
        throw senseless("it counts by " + columns + " columns");
      }
      List<RecordCounts> counts = new ArrayList<>();
      for (RowSchema.CountedColumn column : schema.summary().counted()) {
        counts.add(counts(in, records, schema.column(column.column()), names));
      }
      return new SegmentSummary(
          first, last, records, there, earliest, latest, List.copyOf(counts), namesCrc);
    } catch (BufferUnderflowException e) {
      throw senseless("it ends too early");
    }
  }

  private static @Nullable BitSet there(ByteBuffer in, int length, long range, int records)
      throws DamagedRecordException {
    if (length == 0 && range == records) {
      return null;
    }
    if (length < 1 || length > in.remaining() || range == records || range > MAX_RANGE) {
      throw senseless("it does not say which records are there");
    }
    BitSet there = BitSet.valueOf(in.slice().limit(length));
    in.position(in.position() + length);
    if (there.cardinality() != records || !there.get(0) || there.length() != range) {
      throw senseless("it says two things of how many records are there");
    }
    return there;
  }

  private static RecordCounts counts(
      ByteBuffer in, int records, RowSchema.@Nullable Column column, Names names)
      throws DamagedRecordException {
    int values = in.getInt();
    Count others = count(in);
    Count all = others;
    Map<String, Count> byValue = new LinkedHashMap<>();
    for (int i = 0; i < values; i++) {
      int length = in.getInt();
      Count count = count(in);
      if (length < 0 || length > in.remaining() || column == null || length > column.most()) {
        throw senseless("a text of it has " + length + " bytes");
      }
      byte[] text = new byte[length];
      in.get(text);
      byValue.put(names.shared(new String(text, StandardCharsets.UTF_8)), count);
      all = all.plus(count);
      if (count.records() < 1 || all.records() < 0 || all.bytes() < 0) {
        throw senseless("it counts " + count.records() + " records of a value");
      }
    }
    if (values != byValue.size() || all.records() != records) {
      throw senseless("it counts " + all.records() + " of " + records + " records");
    }
    return new RecordCounts(byValue, others);
  }

  private static Count count(ByteBuffer in) throws DamagedRecordException {
    Count count = new Count(in.getInt(), in.getLong());
    if (count.records() < 0 || count.bytes() < 0) {
      throw senseless("it counts less than nothing");
    }
    return count;
  }

  private static DamagedRecordException senseless(String why) {
    return new DamagedRecordException("its summary makes no sense: " + why);
  }
}
