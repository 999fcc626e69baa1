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

  /** "SFRM", read as a little-endian number. */
  private static final int FRAME_MAGIC = 0x4D524653;

  private static final int HEADER = 40;
  static final int FRAME_HEADER = 24;

  /** No log ever gets to so many records, and numbers below can be added to. */
  static final long MAX_SEQUENCE = 1L << 62;

  private Journal() {}

  /** The bytes that a new journal starts with. */
  static byte[] header(RowSchema schema, long segment, long firstSequence) {
    byte[] message = schema.message();
    ByteBuffer out = ByteBuffer.allocate(HEADER + message.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC);
    out.putInt(RowSchema.FORMAT_VERSION);
    out.putInt(message.length);
    out.putLong(segment);
    out.putLong(firstSequence);
    out.putInt(Checksums.crc32c(message));
    out.putInt(Checksums.crc32c(out, 0, 36));
    out.put(message);
    return out.array();
  }

  /** One record as it is appended. */
  static ByteBuffer frame(long sequence, byte[] message) {
    ByteBuffer out =
        ByteBuffer.allocate(FRAME_HEADER + message.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(FRAME_MAGIC);
    out.putInt(message.length);
    out.putLong(sequence);
    out.putInt(Checksums.crc32c(message));
    out.putInt(Checksums.crc32c(out, 0, 20));
    out.put(message);
    return out.flip();
  }

  /**
   * What a scan found.
   *
   * @param records whole ones, ascending
   * @param end where the last whole record ends; bytes behind it are torn
   * @param next the sequence after the last one
   * @param damages what was skipped
   * @param foreign whether nothing says that this is a journal at all; then it has no records
   * @param current whether its header, if it was read, says that its records have every column
   */
  record Scan<E>(
      List<RecordAt<E>> records,
      long end,
      long next,
      Damages damages,
      boolean foreign,
      boolean current) {}

  /** A frame's own header. */
  private record FrameHeader(int length, long sequence, int crc) {}

  /**
   * Finds the whole records.
   *
   * @param from where to start: 0, or the end of an earlier scan
   * @param next the sequence that is due there
   * @throws IOException if reading fails, or the journal is of another kind or version
   */
  static <E> Scan<E> scan(
      String name, Disk.File file, long from, long next, RowSchema schema, RecordIndex<E> index)
      throws IOException {
    long size = file.size();
    List<RecordAt<E>> records = new ArrayList<>();
    Damages damages = new Damages();
    long at = from;
    long due = next;
    int columns = 0;
    if (at == 0) {
      Start start = start(name, file, size, schema, damages);
      if (start != null) {
        at = start.at();
        due = Math.max(due, start.sequence());
        columns = start.columns();
      } else {
        at = findFrame(file, 0, size, due);
        if (at < 0) {
          return new Scan<>(records, 0, due, new Damages(), !beginsAsJournal(file, size), false);
        }
      }
    }
    while (at < size) {
      FrameHeader header = frameHeader(file, at, size, due);
      if (header == null) {
        long found = findFrame(file, at + 8, size, due);
        if (found < 0) {
          break;
        }
        damages.add(
            name + ": bytes " + at + " to " + found + " are damaged: no record header that fits");
        at = found;
        continue;
      }
      long end = at + FRAME_HEADER + header.length();
      if (end > size) {
        break;
      }
      byte[] message = file.read(at + FRAME_HEADER, header.length());
      String wrong = null;
      if (Checksums.crc32c(message) != header.crc()) {
        // The last record may be torn; one with others behind it was whole once.
        if (frameHeader(file, end, size, header.sequence() + 1) == null
            && findFrame(file, end, size, header.sequence() + 1) < 0) {
          break;
        }
        wrong = "its checksum does not match";
      } else {
        try {
          Row row = Row.ofBatch(schema, message, Row.MAX_CONTENT);
          columns = columns == 0 ? row.columns() : columns;
          if (row.columns() != columns) {
            // Sealed together they would be no Arrow file.
            throw new IOException(
                "it has " + row.columns() + " columns, but its journal's have " + columns);
          }
          records.add(
              new RecordAt<>(
                  header.sequence(),
                  at + FRAME_HEADER,
                  header.length(),
                  header.crc(),
                  index.entry(header.sequence(), row)));
        } catch (IOException e) {
          wrong = e.getMessage();
        }
      }
      if (wrong != null) {
        damages.add(name + ": record " + header.sequence() + " is damaged: " + wrong);
      }
      at = end;
      due = header.sequence() + 1;
    }
    return new Scan<>(records, at, due, damages, false, columns == schema.columns().size());
  }

  /** Whether a file begins with as much of a journal's first bytes as it has. */
  private static boolean beginsAsJournal(Disk.File file, long size) throws IOException {
    byte[] magic = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(MAGIC).array();
    int length = (int) Math.min(magic.length, size);
    return Arrays.equals(file.read(0, length), 0, length, magic, 0, length);
  }

  /** Where the frames start, the first one's sequence, and their columns; 0 if that is unknown. */
  private record Start(long at, long sequence, int columns) {}

  /** Reads the header; null if it is torn or damaged. */
  private static @Nullable Start start(
      String name, Disk.File file, long size, RowSchema schema, Damages damages)
      throws IOException {
    if (size < HEADER) {
      return null;
    }
    byte[] bytes = file.read(0, HEADER);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean intact =
        header.getLong(0) == MAGIC && header.getInt(36) == Checksums.crc32c(bytes, 0, 36);
    if (!intact) {
      damages.add(name + ": its header is damaged");
      return null;
    }
    int version = header.getInt(8);
    if (version != RowSchema.FORMAT_VERSION) {
      throw new IOException(
          name
              + " has format version "
              + version
              + ", but this build reads only "
              + RowSchema.FORMAT_VERSION);
    }
    int length = header.getInt(12);
    if (length < 0 || length > IpcMessages.MAX_METADATA || HEADER + length > size) {
      return null;
    }
    long first = header.getLong(24);
    if (first < 0 || first > MAX_SEQUENCE) {
      damages.add(name + ": its header is damaged");
      return null;
    }
    byte[] message = file.read(HEADER, length);
    int columns = 0;
    if (Checksums.crc32c(message) == header.getInt(32)) {
      try {
        columns = IpcMessages.checkSchema(schema, message);
      } catch (IOException e) {
        throw new IOException(name + " holds something else: " + e.getMessage(), e);
      }
    } else {
      damages.add(name + ": its schema is damaged");
    }
    return new Start(HEADER + length, first, columns);
  }

  /** The header of the frame at a place, or null if none that fits starts there. */
  private static @Nullable FrameHeader frameHeader(Disk.File file, long at, long size, long due)
      throws IOException {
    if (size - at < FRAME_HEADER) {
      return null;
    }
    return frameHeader(ByteBuffer.wrap(file.read(at, FRAME_HEADER)), 0, due);
  }

  private static @Nullable FrameHeader frameHeader(ByteBuffer bytes, int at, long due) {
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(at) != FRAME_MAGIC || in.getInt(at + 20) != Checksums.crc32c(in, at, 20)) {
      return null;
    }
    FrameHeader header = new FrameHeader(in.getInt(at + 4), in.getLong(at + 8), in.getInt(at + 16));
    boolean fits =
        header.length() > 0
            && header.length() <= IpcMessages.MAX_RECORD
            && header.length() % 8 == 0
            && header.sequence() >= due
            && header.sequence() < MAX_SEQUENCE;
    return fits ? header : null;
  }

  /** The first place from which on a frame that fits starts, or -1. Frames are 8-byte aligned. */
  private static long findFrame(Disk.File file, long from, long size, long due) throws IOException {
    // Small at first: where a record is damaged the next one is near.
    int window = 1 << 12;
    for (long at = from; size - at >= FRAME_HEADER; at += window, window = 1 << 16) {
      int length = (int) Math.min(window + FRAME_HEADER, size - at);
      ByteBuffer bytes = ByteBuffer.wrap(file.read(at, length)).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i + FRAME_HEADER <= length && i < window; i += 8) {
        if (bytes.getInt(i) == FRAME_MAGIC) {
          FrameHeader header = frameHeader(bytes, i, due);
          if (header != null && at + i + FRAME_HEADER + header.length() <= size) {
            return at + i;
          }
        }
      }
    }
    return -1;
  }
}
