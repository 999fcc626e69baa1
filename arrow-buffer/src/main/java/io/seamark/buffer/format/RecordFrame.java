package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A record as a journal's frame, compressed and laid out, that lacks only what its place in the log
 * gives it: the number and the salt, and the checksums over them. So the costly part of encoding
 * needs no place yet.
 */
final class RecordFrame {
  private static final int MESSAGE_AT = Journal.FRAME_HEADER;

  private final byte[] bytes;
  private final MessageMark mark;
  private final int sequenceAt;

  /**
   * Takes over the bytes.
   *
   * @param bytes room for the frame's header, and the message of the record with number 0
   * @param mark of the message
   * @param sequenceAt where the value of its first column, its number, is
   */
  RecordFrame(byte[] bytes, MessageMark mark, int sequenceAt) {
    this.bytes = bytes;
    this.mark = mark;
    this.sequenceAt = sequenceAt;
  }

  /** Bytes of the message. */
  int length() {
    return bytes.length - MESSAGE_AT;
  }

  /** The row, with whatever sequence it has by now. */
  Row row(RowSchema schema) throws IOException {
    return IpcMessages.readBatch(schema, bytes, MESSAGE_AT, Row.MAX_CONTENT);
  }

  /** Gives the record its number; returns the checksum of its message. */
  int number(long sequence, long salt) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(sequenceAt, sequence);
    mark.finish(bytes, MESSAGE_AT, sequence, salt);
    int crc = Checksums.crc32c(bytes, MESSAGE_AT, length());
    JournalFrames.putHeader(bytes, sequence, crc, salt);
    return crc;
  }

  /** The frame as it is written. */
  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes);
  }
}
