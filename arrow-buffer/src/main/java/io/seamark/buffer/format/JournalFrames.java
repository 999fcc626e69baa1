package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a journal, found one behind the other. A frame fits if its checksum, into which the
 * journal's salt goes, matches and its number can follow: without the salt, what a sample's image
 * holds could pass for a frame once the header before it is lost.
 */
final class JournalFrames {
  static final int HEADER = 24;

  /** "SFRM", read as a little-endian number. */
  private static final int MAGIC = 0x4D524653;

  /** So many numbers an earlier release may have left out within a journal. */
  private static final long LEFT_OUT = 1 << 20;

  /** What a disk writes as a whole, or a part of that. */
  static final int SECTOR = 512;

  private static final int WINDOW = 1 << 16;

  private final Disk.File file;
  private final long size;
  private final long salt;

  /** The sequence that is due, and where; no place if the first one's is not known. */
  private long due;

  private long dueAt;

  /** A frame's own header. */
  record Header(int length, long sequence, int crc) {}

  /**
   * The frames from a place on.
   *
   * @param salt of the journal; 0 if its frames have none
   * @param dueAt where the frame with the sequence that is due starts
   */
  JournalFrames(Disk.File file, long salt, long dueAt, long due) throws IOException {
    this.file = file;
    this.size = file.size();
    this.salt = salt;
    this.dueAt = dueAt;
    this.due = due;
  }

  /** The frames of a journal that does not say which is the first. */
  JournalFrames(Disk.File file, long salt, long least) throws IOException {
    this(file, salt, -1, least);
  }

  /** A frame made of a record's message. */
  static ByteBuffer frame(long sequence, byte[] message, long salt) {
    byte[] frame = new byte[HEADER + message.length];
    System.arraycopy(message, 0, frame, HEADER, message.length);
    putHeader(frame, sequence, Checksums.crc32c(message), salt);
    return ByteBuffer.wrap(frame);
  }

  /** Writes the header of a frame whose message stands behind it already. */
  static void putHeader(byte[] frame, long sequence, int messageCrc, long salt) {
    ByteBuffer out = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC);
    out.putInt(frame.length - HEADER);
    out.putLong(sequence);
    out.putInt(messageCrc);
    out.putInt(crc(out, 0, salt));
  }

  private static int crc(ByteBuffer bytes, int at, long salt) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(at + HEADER - 4).position(at));
    if (salt != 0) {
      crc.update(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(salt).flip());
    }
    return (int) crc.getValue();
  }

  long size() {
    return size;
  }

  long salt() {
    return salt;
  }

  /** The least sequence that the next frame may have. */
  long due() {
    return due;
  }

  /** A frame ended here, and the next has this sequence unless damage took it. */
  void follows(long at, long sequence) {
    dueAt = at;
    due = sequence;
  }

  /** The header of the frame at a place, or null if none that fits starts there. */
  @Nullable Header at(long at) throws IOException {
    if (size - at < HEADER) {
      return null;
    }
    return header(ByteBuffer.wrap(file.read(at, HEADER)), 0, at, dueAt, due);
  }

  byte[] message(long at, Header header) throws IOException {
    return file.read(at + HEADER, header.length());
  }

  /** Whether a frame that fits starts here or further on, this sequence being due here. */
  boolean goesOn(long at, long sequence) throws IOException {
    boolean next =
        size - at >= HEADER
            && header(ByteBuffer.wrap(file.read(at, HEADER)), 0, at, at, sequence) != null;
    return next || find(at, at, sequence) >= 0;
  }

  /**
   * Whether part of what lies between two places may never have been written: a disk writes whole
   * sectors, and one behind the file's earlier end that it has not written yet reads as zeros. The
   * first may have a whole frame in its beginning; zeros are none of a frame's own start.
   */
  boolean isUnwritten(long from, long to) throws IOException {
    long at = from;
    while (at < to) {
      byte[] bytes = file.read(at, (int) Math.min(WINDOW - at % WINDOW, to - at));
      for (int i = 0; i < bytes.length; ) {
        int sector = (int) Math.min(SECTOR - (at + i) % SECTOR, bytes.length - i);
        boolean counts = at + i == from || sector == SECTOR;
        if (counts && isZero(bytes, i, i + sector)) {
          return true;
        }
        i += sector;
      }
      at += bytes.length;
    }
    return false;
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** The first place from which on a frame that fits starts, or -1. */
  long find(long from) throws IOException {
    return find(from, dueAt, due);
  }

  private @Nullable Header header(ByteBuffer bytes, int i, long at, long dueAt, long due) {
    ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(i) != MAGIC || in.getInt(i + HEADER - 4) != crc(in, i, salt)) {
      return null;
    }
    Header header = new Header(in.getInt(i + 4), in.getLong(i + 8), in.getInt(i + 16));
    // Numbers are left out where damage took frames: not more than had room between.
    long most = dueAt < 0 ? Long.MAX_VALUE : (at - dueAt) / HEADER + (salt == 0 ? LEFT_OUT : 0);
    boolean fits =
        header.length() > 0
            && header.length() <= IpcMessages.MAX_RECORD
            && header.length() % 8 == 0
            && header.sequence() >= due
            && header.sequence() - due <= most
            && header.sequence() < Journal.MAX_SEQUENCE;
    return fits ? header : null;
  }

  /** Frames are 8-byte aligned, and whole. */
  private long find(long from, long dueAt, long due) throws IOException {
    // Small at first: where a record is damaged the next one is near.
    int window = 1 << 12;
    for (long at = from; size - at >= HEADER; at += window, window = 1 << 16) {
      int length = (int) Math.min(window + HEADER, size - at);
      ByteBuffer bytes = ByteBuffer.wrap(file.read(at, length)).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i + HEADER <= length && i < window; i += 8) {
        if (bytes.getInt(i) == MAGIC) {
          Header header = header(bytes, i, at + i, dueAt, due);
          if (header != null && at + i + HEADER + header.length() <= size) {
            return at + i;
          }
        }
      }
    }
    return -1;
  }
}
