package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * Finds messages by their marks, in a file of which nothing else can be relied on. What is no
 * message of the segment costs little time, whatever it looks like.
 */
final class MarkedMessages {
  private static final int WINDOW = 64 << 10;
  private static final int PREFIX = 8;

  /** Far more metadata than the message of a record or a schema of this format has. */
  private static final int MOST_METADATA = 64 << 10;

  /** So many times its size is looked at of a file that is full of what only looks like marks. */
  private static final int MOST_TIMES = 8;

  private final Disk.File file;
  private final long size;
  private final byte[] looksLike;
  private final long salt;
  private long left;

  /**
   * A message that is as it was written.
   *
   * @param at where its message starts
   * @param length of the message
   * @param crc of the message as it is
   */
  record Found(long at, int length, int crc, MessageMark mark) {
    long end() {
      return at + length;
    }
  }

  private MarkedMessages(Disk.File file, long salt) throws IOException {
    this.file = file;
    this.size = file.size();
    this.salt = salt;
    this.looksLike =
        salt == 0 ? MessageMark.KEY.getBytes(StandardCharsets.US_ASCII) : MessageMark.text(salt);
    this.left = MOST_TIMES * size;
  }

  /**
   * The whole records of a file, one behind the other, with ascending sequences.
   *
   * @param salt of its segment, or 0 if that is not known: then the one by which most of the file
   *     is confirmed, since a record that is damaged may hold what others wrote
   */
  static List<Found> records(Disk.File file, long salt) throws IOException {
    List<Found> all = new MarkedMessages(file, salt).all();
    long own = salt == 0 ? mostlyUsed(all) : salt;
    List<Found> records = new ArrayList<>();
    long due = 0;
    for (Found found : all) {
      long sequence = found.mark().number();
      if (found.mark().salt() == own && sequence >= due && sequence < Journal.MAX_SEQUENCE) {
        records.add(found);
        due = sequence + 1;
      }
    }
    return records;
  }

  private static long mostlyUsed(List<Found> all) {
    Map<Long, Long> bytes = new HashMap<>();
    all.forEach(found -> bytes.merge(found.mark().salt(), (long) found.length(), Long::sum));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(0L);
  }

  /** The schema message at a place; null if it is not whole or has no mark. */
  static @Nullable Found schema(Disk.File file, long at) throws IOException {
    return new MarkedMessages(file, 0).at(at, MessageHeader.Schema);
  }

  private List<Found> all() throws IOException {
    List<Found> all = new ArrayList<>();
    long at = 0;
    while (size - at >= PREFIX && left > 0) {
      int length = (int) Math.min(WINDOW + PREFIX + MessageMark.WITHIN, size - at);
      ByteBuffer bytes = ByteBuffer.wrap(file.read(at, length)).order(ByteOrder.LITTLE_ENDIAN);
      Found found = null;
      for (int i = 0; i < WINDOW && i + PREFIX <= length && left > 0; i += 8) {
        if (bytes.getInt(i) == -1 && looksLikeOne(bytes, i + PREFIX)) {
          found = at(at + i, MessageHeader.RecordBatch);
          if (found != null) {
            break;
          }
        }
      }
      if (found == null) {
        at += WINDOW;
      } else {
        all.add(found);
        at = found.end();
      }
    }
    return all;
  }

  /** Whether what every mark has is near, so that few places need a closer look. */
  private boolean looksLikeOne(ByteBuffer bytes, int from) {
    int to = Math.min(bytes.limit(), from + MessageMark.WITHIN) - looksLike.length;
    for (int at = from; at <= to; at++) {
      int same = 0;
      while (same < looksLike.length && bytes.get(at + same) == looksLike[same]) {
        same++;
      }
      if (same == looksLike.length) {
        return true;
      }
    }
    return false;
  }

  /** The message at a place, if there is one and it is as it was written. */
  private @Nullable Found at(long at, byte type) throws IOException {
    if (size - at < PREFIX) {
      return null;
    }
    ByteBuffer prefix = ByteBuffer.wrap(file.read(at, PREFIX)).order(ByteOrder.LITTLE_ENDIAN);
    int metadata = prefix.getInt(4);
    boolean plausible =
        prefix.getInt(0) == -1
            && metadata > 0
            && metadata % 8 == 0
            && metadata <= MOST_METADATA
            && metadata <= size - at - PREFIX;
    if (!plausible) {
      return null;
    }
    left -= metadata;
    long length;
    try {
      Message message =
          Message.getRootAsMessage(
              ByteBuffer.wrap(file.read(at + PREFIX, metadata)).order(ByteOrder.LITTLE_ENDIAN));
      long body = message.bodyLength();
      MessageMark mark = MessageMark.of(message);
      boolean fits =
          mark != null
              && (salt == 0 || mark.salt() == salt)
              && message.headerType() == type
              && message.version() == MetadataVersion.V5
              && body >= 0
              && body % 8 == 0
              && body <= IpcMessages.MAX_RECORD - PREFIX - metadata
              && body <= size - at - PREFIX - metadata;
      if (mark == null || !fits) {
        return null;
      }
      length = PREFIX + metadata + body;
      byte[] bytes = file.read(at, (int) length);
      if (mark.confirms(bytes)) {
        return new Found(at, bytes.length, Checksums.crc32c(bytes), mark);
      }
    } catch (RuntimeException e) {
      // Flatbuffers read wherever an offset points and throw what they meet there.
      return null;
    }
    left -= length;
    return null;
  }
}
