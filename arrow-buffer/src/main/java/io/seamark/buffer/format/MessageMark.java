package io.seamark.buffer.format;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * What a message says of itself in its custom metadata, so that it can be found and confirmed where
 * nothing else of its file can be relied on.
 *
 * @param number sequence of a record; of a schema message the segment's id
 * @param salt of the segment, which nobody who sends samples knows; never 0
 * @param crc CRC-32C of the message with the eight digits of this number as zeros
 * @param crcAt where these digits are, from the start of the metadata
 */
record MessageMark(long number, long salt, int crc, int crcAt) {
  static final String KEY = "seamark.mark";

  /** The mark stands within so many bytes from the start of the metadata. */
  static final int WITHIN = 512;

  private static final Pattern VALUE =
      Pattern.compile("([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{8})");
  private static final int SALT_AT = 17;
  private static final int CRC_AT = 34;
  private static final byte[] ZEROS = "00000000".getBytes(StandardCharsets.US_ASCII);
  private static final int PREFIX = 8;
  private static final HexFormat HEX = HexFormat.of();

  /** The salt as it stands in a mark. */
  static byte[] text(long salt) {
    return HEX.toHexDigits(salt).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Begins a marked message: continuation, length and metadata, padded.
   *
   * @param header offset of its header in the builder
   * @param bodyLength bytes that will follow
   */
  static byte[] begin(
      FlatBufferBuilder builder,
      byte headerType,
      int header,
      long bodyLength,
      long number,
      long salt) {
    // Built last, so that it comes first: a flatbuffer grows to the front.
    int key = builder.createString(KEY);
    int value =
        builder.createString(HEX.toHexDigits(number) + ' ' + HEX.toHexDigits(salt) + " 00000000");
    int entry = KeyValue.createKeyValue(builder, key, value);
    int entries = Message.createCustomMetadataVector(builder, new int[] {entry});
    Message.startMessage(builder);
    Message.addHeaderType(builder, headerType);
    Message.addHeader(builder, header);
    Message.addVersion(builder, MetadataVersion.V5);
    Message.addBodyLength(builder, bodyLength);
    Message.addCustomMetadata(builder, entries);
    builder.finish(Message.endMessage(builder));
    return IpcMessages.begun(builder, 0);
  }

  /** Writes the checksum into a message that was begun here and is whole now. */
  static void finish(byte[] message) {
    MessageMark mark = of(message);
    if (mark == null) {
      throw new IllegalStateException("a message that was begun with a mark has none");
    }
    mark.finish(message, 0);
  }

  /** Writes a message's checksum into it; the message starts at a place and ends the bytes. */
  private void finish(byte[] bytes, int start) {
    int at = start + PREFIX + crcAt;
    put(bytes, at, HEX.toHexDigits(crc(bytes, start, at)));
  }

  /**
   * Gives a message that was begun without number and salt both, and its checksum.
   *
   * @param bytes end with the message
   * @param start where it starts in them
   */
  void finish(byte[] bytes, int start, long number, long salt) {
    int at = start + PREFIX + crcAt;
    put(bytes, at - CRC_AT, HEX.toHexDigits(number));
    put(bytes, at - CRC_AT + SALT_AT, HEX.toHexDigits(salt));
    finish(bytes, start);
  }

  private static void put(byte[] into, int at, String digits) {
    byte[] ascii = digits.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, into, at, ascii.length);
  }

  /** The mark of a message, confirmed or not; null if it has none. */
  static @Nullable MessageMark of(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    if (message.length < PREFIX || in.getInt(4) < 0 || in.getInt(4) > message.length - PREFIX) {
      return null;
    }
    ByteBuffer metadata = in.slice(PREFIX, in.getInt(4)).order(ByteOrder.LITTLE_ENDIAN);
    return metadata.remaining() < Integer.BYTES ? null : of(Message.getRootAsMessage(metadata));
  }

  /** The mark of a message's metadata; null if it has none, or none that can be read. */
  static @Nullable MessageMark of(Message metadata) {
    try {
      return read(metadata);
    } catch (RuntimeException e) {
      // Flatbuffers read wherever an offset points and throw what they meet there.
      return null;
    }
  }

  private static @Nullable MessageMark read(Message metadata) {
    if (metadata.customMetadataLength() != 1) {
      return null;
    }
    KeyValue entry = metadata.customMetadata(0);
    if (entry == null || !IpcMessages.is(KEY, entry.keyAsByteBuffer())) {
      return null;
    }
    ByteBuffer value = entry.valueAsByteBuffer();
    if (value == null || value.remaining() != CRC_AT + ZEROS.length) {
      return null;
    }
    Matcher parts = VALUE.matcher(StandardCharsets.US_ASCII.decode(value.duplicate()));
    if (!parts.matches()) {
      return null;
    }
    return new MessageMark(
        HexFormat.fromHexDigitsToLong(parts.group(1)),
        HexFormat.fromHexDigitsToLong(parts.group(2)),
        HexFormat.fromHexDigits(parts.group(3)),
        value.position() + CRC_AT);
  }

  /** Whether a whole message is as it was written. */
  boolean confirms(byte[] message) {
    int at = PREFIX + crcAt;
    return salt != 0 && at + ZEROS.length <= message.length && crc(message, 0, at) == crc;
  }

  private static int crc(byte[] bytes, int start, int digitsAt) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, start, digitsAt - start);
    crc.update(ZEROS);
    int rest = digitsAt + ZEROS.length;
    crc.update(bytes, rest, bytes.length - rest);
    return (int) crc.getValue();
  }
}
