package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The layout of a journal, the segment that is still appended to. */
final class Journal {
  /** "SEAMARKJ", read as a little-endian number. */
  private static final long MAGIC = 0x4A4B52414D414553L;

  /** Of journals that are written; {@link #UNSALTED} ones are read too. */
  private static final int VERSION = 2;

  /** Version of the journals whose frames have no salt. */
  private static final int UNSALTED = 1;

  private static final int HEADER = 48;
  private static final int UNSALTED_HEADER = 40;
  static final int FRAME_HEADER = JournalFrames.HEADER;

  /**
   * So many frames at most are written and not forced yet, so that recovery knows how far from the
   * end of a journal one may have been torn.
   */
  static final int MAX_UNFORCED = 64;

  /** No log ever gets to so many records, and numbers below can be added to. */
  static final long MAX_SEQUENCE = 1L << 62;

  private Journal() {}

  /** The bytes that a new journal starts with. */
  static byte[] header(RowSchema schema, long segment, long firstSequence, long salt) {
    byte[] message = schema.message(segment, salt);
    ByteBuffer out = ByteBuffer.allocate(HEADER + message.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC);
    out.putInt(VERSION);
    out.putInt(message.length);
    out.putLong(segment);
    out.putLong(firstSequence);
    out.putLong(salt);
    out.putInt(Checksums.crc32c(message));
    out.putInt(Checksums.crc32c(out, 0, HEADER - 4));
    out.put(message);
    return out.array();
  }

  /**
   * What a scan found.
   *
   * @param records whole ones, ascending
   * @param end where the last whole record ends; bytes behind it are torn
   * @param next the sequence after the last one
   * @param salt of its frames; 0 if they have none
   * @param torn bytes of records before the last whole one that were never forced
   * @param damages what was skipped
   * @param foreign whether nothing says that this is a journal at all; then it has no records
   * @param current whether it may be appended to: its records have every column, its frames a salt
   */
  record Scan<E>(
      List<RecordAt<E>> records,
      long end,
      long next,
      long salt,
      long torn,
      Damages damages,
      boolean foreign,
      boolean current) {
    /** Bytes of the records. */
    private long bytes() {
      return records.stream().mapToLong(RecordAt::length).sum();
    }

    /** Whether nothing lies between its records. */
    boolean isGapless() {
      return torn == 0 && damages.isEmpty();
    }
  }

  /**
   * Finds the whole records.
   *
   * @param from where to start: 0, or the end of an earlier scan
   * @param next the sequence that is due there
   * @param salt what the earlier scan found
   * @param open whether its last frames may never have been forced: it is the last journal
   * @throws IOException if reading fails, or the journal is of another kind or version
   */
  static <E> Scan<E> scan(
      String name, Disk.File file, long from, long next, long salt, boolean open, Indexing<E> index)
      throws IOException {
    if (from > 0) {
      JournalFrames frames = new JournalFrames(file, salt, from, next);
      return scan(name, frames, from, 0, open, new Damages(), index);
    }
    Damages damages = new Damages();
    Start start = start(name, file, index.schema(), damages);
    if (start != null) {
      long due = Math.max(next, start.sequence());
      JournalFrames frames = new JournalFrames(file, start.salt(), start.at(), due);
      return scan(name, frames, start.at(), start.columns(), open, damages, index);
    }
    Scan<E> best = null;
    for (long candidate : salts(file)) {
      JournalFrames frames = new JournalFrames(file, candidate, next);
      long at = frames.find(0);
      if (at >= 0) {
        Damages found = new Damages();
        damages.lines().forEach(found::add);
        Scan<E> scan = scan(name, frames, at, 0, open, found, index);
        best = best == null || scan.bytes() > best.bytes() ? scan : best;
      }
    }
    boolean foreign = !beginsAsJournal(file);
    return best != null
        ? best
        : new Scan<>(List.of(), 0, next, 0, 0, new Damages(), foreign, false);
  }

  /** What lies between whole frames and is none. */
  private record Gap(long from, long to, long due, List<String> lines) {
    /** The same with what follows it. */
    Gap and(Gap next) {
      List<String> both = new ArrayList<>(lines);
      both.addAll(next.lines);
      return new Gap(from, next.to, due, both);
    }
  }

  private static void add(List<Gap> gaps, long from, long to, long due, String line) {
    Gap gap = new Gap(from, to, due, List.of(line));
    int last = gaps.size() - 1;
    if (last >= 0 && gaps.get(last).to == from) {
      gaps.set(last, gaps.get(last).and(gap));
    } else {
      gaps.add(gap);
    }
  }

  private static <E> Scan<E> scan(
      String name,
      JournalFrames frames,
      long from,
      int columnsOfSchema,
      boolean open,
      Damages damages,
      Indexing<E> index)
      throws IOException {
    List<RecordAt<E>> records = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    long last = -1;
    long at = from;
    int columns = columnsOfSchema;
    while (at < frames.size()) {
      JournalFrames.Header header = frames.at(at);
      if (header == null) {
        long found = frames.find(at + 8);
        if (found < 0) {
          break;
        }
        String line =
            name + ": bytes " + at + " to " + found + " are damaged: no record header that fits";
        add(gaps, at, found, frames.due(), line);
        at = found;
        continue;
      }
      long end = at + FRAME_HEADER + header.length();
      if (end > frames.size()) {
        break;
      }
      byte[] message = frames.message(at, header);
      String damaged = name + ": record " + header.sequence() + " is damaged: ";
      if (Checksums.crc32c(message) != header.crc()) {
        // The last record may be torn; one with others behind it was whole once, or is one of
        // several that were never forced.
        if (!frames.goesOn(end, header.sequence() + 1)) {
          break;
        }
        add(gaps, at, end, header.sequence(), damaged + "its checksum does not match");
      } else {
        last = header.sequence();
        try {
          Row row = Row.ofBatch(index.schema(), message, Row.MAX_CONTENT);
          columns = columns == 0 ? row.columns() : columns;
          if (row.columns() != columns) {
            // Sealed together they would be no Arrow file.
            throw new IOException(
                "it has " + row.columns() + " columns, but its journal's have " + columns);
          }
          records.add(
              index.record(
                  new RecordPlace(
                      header.sequence(), at + FRAME_HEADER, header.length(), header.crc()),
                  row));
        } catch (IOException e) {
          damages.add(damaged + e.getMessage());
        }
      }
      at = end;
      frames.follows(end, header.sequence() + 1);
    }
    long torn = 0;
    for (Gap gap : gaps) {
      boolean unforced = last - gap.due < MAX_UNFORCED && frames.isUnwritten(gap.from, gap.to);
      if (!open || !unforced) {
        gap.lines.forEach(damages::add);
      } else if (gap.to == at) {
        at = gap.from;
        frames.follows(at, gap.due);
      } else {
        torn += gap.to - gap.from;
      }
    }
    boolean current = columns == index.schema().columns().size() && frames.salt() != 0;
    return new Scan<>(records, at, frames.due(), frames.salt(), torn, damages, false, current);
  }

  /** Whether a file begins with as much of a journal's first bytes as it has. */
  private static boolean beginsAsJournal(Disk.File file) throws IOException {
    byte[] magic = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(MAGIC).array();
    int length = (int) Math.min(magic.length, file.size());
    return Arrays.equals(file.read(0, length), 0, length, magic, 0, length);
  }

  /** What the frames of a journal without its header may be salted with; 0 is not at all. */
  static List<Long> salts(Disk.File file) throws IOException {
    MarkedMessages.Found schema = MarkedMessages.schema(file, HEADER);
    if (schema != null) {
      return List.of(schema.mark().salt());
    }
    List<MarkedMessages.Found> marked = MarkedMessages.records(file, 0);
    return marked.isEmpty() ? List.of(0L) : List.of(marked.get(0).mark().salt(), 0L);
  }

  /** Where the frames start, the first one's sequence, and their columns; 0 if that is unknown. */
  private record Start(long at, long sequence, long salt, int columns) {}

  /** Reads the header; null if it is torn or damaged. */
  private static @Nullable Start start(
      String name, Disk.File file, RowSchema schema, Damages damages) throws IOException {
    long size = file.size();
    if (size < UNSALTED_HEADER) {
      return null;
    }
    ByteBuffer header =
        ByteBuffer.wrap(file.read(0, (int) Math.min(HEADER, size))).order(ByteOrder.LITTLE_ENDIAN);
    int version = header.getInt(8);
    int end = version == UNSALTED ? UNSALTED_HEADER : HEADER;
    if (size < end) {
      return null;
    }
    boolean intact =
        header.getLong(0) == MAGIC
            && header.getInt(end - 4) == Checksums.crc32c(header, 0, end - 4);
    if (!intact) {
      damages.add(name + ": its header is damaged");
      return null;
    }
    if (version != UNSALTED && version != VERSION) {
      throw new IOException(
          String.format(
              "%s has format version %d, but this build reads only %d and %d",
              name, version, UNSALTED, VERSION));
    }
    int length = header.getInt(12);
    if (length < 0 || length > IpcMessages.MAX_METADATA || end + length > size) {
      return null;
    }
    long first = header.getLong(24);
    long salt = version == UNSALTED ? 0 : header.getLong(32);
    if (first < 0 || first > MAX_SEQUENCE || (version == VERSION && salt == 0)) {
      damages.add(name + ": its header is damaged");
      return null;
    }
    byte[] message = file.read(end, length);
    int columns = 0;
    if (Checksums.crc32c(message) == header.getInt(end - 8)) {
      try {
        columns = IpcMessages.checkSchema(schema, message);
      } catch (IOException e) {
        throw new IOException(name + " holds something else: " + e.getMessage(), e);
      }
    } else {
      damages.add(name + ": its schema is damaged");
    }
    return new Start(end + length, first, salt, columns);
  }
}
