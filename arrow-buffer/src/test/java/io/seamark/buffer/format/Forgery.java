package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Changes files as somebody would who knows the format: the checksums are right again afterwards,
 * so that it is the checks behind them that must hold.
 */
public final class Forgery {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    7,
    8,
    255,
    1 << 16,
    1 << 24,
    (1 << 26) + 1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFFFF7FL,
    1L << 33,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  /** What the files begin with, as little-endian numbers. */
  private static final long JOURNAL = 0x4A4B52414D414553L;

  private static final long CURSOR = 0x434B52414D414553L;
  private static final long SEALED = 0x000031574F525241L;

  private Forgery() {}

  /** Changes up to four places in a part of some bytes. */
  public static void change(byte[] bytes, int from, int length, Random random) {
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = from + random.nextInt(length);
      long number = NUMBERS[random.nextInt(NUMBERS.length)];
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> all.putInt(Math.max(from, Math.min(at & ~3, from + length - 4)), (int) number);
        default -> all.putLong(Math.max(from, Math.min(at & ~7, from + length - 8)), number);
      }
    }
  }

  /** A journal with a changed record, or with a changed header or schema. */
  public static byte[] journal(byte[] journal, Random random) {
    byte[] forged = journal.clone();
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    int schema = all.getInt(12);
    if (random.nextInt(4) == 0) {
      if (random.nextBoolean()) {
        change(forged, 12, 28, random);
      } else {
        change(forged, 48, schema, random);
      }
      all.putInt(40, Checksums.crc32c(forged, 48, schema));
      all.putInt(44, Checksums.crc32c(forged, 0, 44));
      return forged;
    }
    int frame = 48 + schema;
    int length = all.getInt(frame + 4);
    change(forged, frame + 24, length, random);
    if (random.nextInt(4) == 0) {
      change(forged, frame + 4, 12, random);
    }
    all.putInt(frame + 16, Checksums.crc32c(forged, frame + 24, length));
    CRC32C crc = new CRC32C();
    crc.update(forged, frame, 20);
    crc.update(forged, 32, 8);
    all.putInt(frame + 20, (int) crc.getValue());
    return forged;
  }

  /**
   * A sealed segment whose records have names, with changes in its schema, a record, its table, its
   * summary or its footer.
   */
  public static byte[] sealed(byte[] sealed, Random random) {
    byte[] forged = sealed.clone();
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    int footer = all.getInt(forged.length - 10);
    int tableEnd = forged.length - 10 - footer;
    int tail = tableEnd - 32;
    int count = all.getInt(tail + 4);
    int table = tail - 24 * count;
    int head = 16 + all.getInt(12);
    int summary = table - 8 - all.getInt(tail + 24);
    switch (random.nextInt(5)) {
      case 0 -> change(forged, 8, head - 8, random);
      case 1 -> {
        int entry = table + 24 * random.nextInt(count);
        int at = (int) all.getLong(entry + 8);
        int length = all.getInt(entry + 16);
        change(forged, at, length, random);
        all.putInt(entry + 20, Checksums.crc32c(forged, at, length));
      }
      case 2 -> change(forged, table, 24 * count, random);
      case 3 -> change(forged, summary - 8 * count, table - 12 - (summary - 8 * count), random);
      default -> change(forged, tableEnd, footer + 10, random);
    }
    all.putInt(tail + 16, Checksums.crc32c(forged, 0, head));
    all.putInt(tail + 20, Checksums.crc32c(forged, tableEnd, forged.length - tableEnd));
    all.putInt(tail + 28, Checksums.crc32c(forged, table, tail - table + 28));
    CRC32C crc = new CRC32C();
    crc.update(forged, summary, table - 12 - summary);
    crc.update(forged, tail, 32);
    all.putInt(table - 12, (int) crc.getValue());
    if (random.nextInt(4) == 0) {
      // Without its table a segment is read by the footer, which no checksum vouches for.
      Arrays.fill(forged, tail, tail + 4, (byte) 0);
    }
    return forged;
  }

  /**
   * The same bytes with every checksum right that is still found where it belongs: of a journal, a
   * sealed segment or a cursor, whatever was changed in it.
   */
  public static byte[] confirmed(byte[] file) {
    byte[] forged = file.clone();
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (forged.length < 8) {
        return forged;
      } else if (all.getLong(0) == JOURNAL) {
        confirmJournal(forged);
      } else if (all.getLong(0) == CURSOR) {
        confirmCursor(forged);
      } else if (all.getLong(0) == SEALED) {
        confirmSealed(forged);
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // What is behind that place is not found any more.
      return forged;
    }
    return forged;
  }

  private static void confirmJournal(byte[] forged) {
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    int schema = all.getInt(12);
    confirmMark(forged, 48, schema);
    all.putInt(40, Checksums.crc32c(forged, 48, schema));
    all.putInt(44, Checksums.crc32c(forged, 0, 44));
    for (int frame = 48 + schema; frame + 24 < forged.length; ) {
      int length = all.getInt(frame + 4);
      if (length < 0) {
        break;
      }
      confirmMark(forged, frame + 24, length);
      all.putInt(frame + 16, Checksums.crc32c(forged, frame + 24, length));
      CRC32C crc = new CRC32C();
      crc.update(forged, frame, 20);
      crc.update(forged, 32, 8);
      all.putInt(frame + 20, (int) crc.getValue());
      frame += 24 + length;
    }
  }

  private static void confirmSealed(byte[] forged) {
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    int footer = all.getInt(forged.length - 10);
    int tableEnd = forged.length - 10 - footer;
    int tail = tableEnd - 32;
    int count = all.getInt(tail + 4);
    int table = tail - 24 * count;
    int head = 16 + all.getInt(12);
    confirmMark(forged, 8, head - 8);
    for (int entry = Math.max(0, table); entry < tail; entry += 24) {
      int at = (int) all.getLong(entry + 8);
      int length = all.getInt(entry + 16);
      if (at >= head && length > 0 && length <= table - at) {
        confirmMark(forged, at, length);
        all.putInt(entry + 20, Checksums.crc32c(forged, at, length));
      }
    }
    all.putInt(tail + 16, Checksums.crc32c(forged, 0, head));
    all.putInt(tail + 20, Checksums.crc32c(forged, tableEnd, forged.length - tableEnd));
    all.putInt(tail + 28, Checksums.crc32c(forged, table, tail - table + 28));
  }

  private static void confirmCursor(byte[] forged) {
    ByteBuffer all = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    if (forged.length == 24) {
      all.putInt(20, Checksums.crc32c(forged, 0, 20));
      return;
    }
    for (int place = 0; place < forged.length; place += 64 << 10) {
      int length = all.getInt(place + 12);
      if (length > 0 && length < 64 << 10) {
        all.putInt(place + length, Checksums.crc32c(forged, place, length));
      }
    }
  }

  private static void confirmMark(byte[] file, int at, int length) {
    if (at < 0 || length < 0 || length > file.length - at) {
      return;
    }
    byte[] message = Arrays.copyOfRange(file, at, at + length);
    try {
      MessageMark.finish(message);
    } catch (RuntimeException e) {
      // It has no mark any more.
      return;
    }
    System.arraycopy(message, 0, file, at, length);
  }

  /**
   * Whether somewhere in a file a record of that sequence stands that its mark confirms, the header
   * of a journal's frame, or a sealed segment's table.
   */
  public static boolean isConfirmed(byte[] file, long sequence) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    Path path = Path.of("file");
    disk.put(path, file);
    try (Disk.File open = disk.open(path, false)) {
      boolean marked =
          MarkedMessages.records(open, 0).stream()
              .anyMatch(found -> found.mark().number() == sequence);
      return marked || hasFrame(open, file, sequence) || hasEntry(file, sequence);
    }
  }

  private static boolean hasFrame(Disk.File open, byte[] file, long sequence) throws IOException {
    if (file.length < 48) {
      return false;
    }
    List<Long> salts = new ArrayList<>(Journal.salts(open));
    salts.add(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(32));
    for (long salt : salts) {
      JournalFrames frames = new JournalFrames(open, salt, sequence);
      for (long at = frames.find(0); at >= 0; at = frames.find(at + 8)) {
        JournalFrames.Header header = frames.at(at);
        if (header != null
            && header.sequence() == sequence
            && Checksums.crc32c(frames.message(at, header)) == header.crc()) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean hasEntry(byte[] file, long sequence) {
    ByteBuffer all = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 24 <= file.length; at++) {
      long from = all.getLong(at + 8);
      int length = all.getInt(at + 16);
      if (all.getLong(at) == sequence
          && from > 0
          && length > 0
          && length <= file.length
          && from <= file.length - length
          && all.getInt(at + 20) == Checksums.crc32c(file, (int) from, length)) {
        return true;
      }
    }
    return false;
  }
}
