package io.seamark.buffer.format;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * Reads Arrow's encapsulated messages from bytes that nobody vouches for. Arrow's own reader
 * allocates what a message claims before it looks at it; this one holds every claim against the
 * bytes that are there first, and never recurses on the input's terms.
 */
final class IpcMessages {
  /** The most bytes that the message of a stored record may have. */
  static final int MAX_RECORD = Row.MAX_CONTENT + (1 << 20);

  static final byte[] END_OF_STREAM = {-1, -1, -1, -1, 0, 0, 0, 0};

  /** More than the metadata of any message of this format needs, and little enough to look at. */
  static final int MAX_METADATA = 1 << 20;

  private static final int MAX_METADATA_ENTRIES = 64;
  private static final int MAX_VALUE = 1024;

  private IpcMessages() {}

  /**
   * One encapsulated message.
   *
   * @param header the flatbuffer
   * @param bodyAt where its body starts, from the start of the array
   * @param end where the message ends, from the start of the array
   */
  record Framed(Message header, int bodyAt, int end) {
    int bodyLength() {
      return end - bodyAt;
    }
  }

  /**
   * Reads a whole stream of one record batch.
   *
   * @param contentLimit the most bytes its buffers may hold when decompressed
   */
  static Row readStream(RowSchema schema, byte[] bytes, long contentLimit) throws IOException {
    try {
      Framed first = frame(bytes, 0, bytes.length);
      checkSchema(schema, first);
      Framed second = frame(bytes, first.end(), bytes.length);
      Row row = Row.of(schema, bytes, second, contentLimit);
      int left = bytes.length - second.end();
      boolean ended =
          left == 0
              || (left == 8
                  && ByteBuffer.wrap(bytes, second.end(), 8)
                      .equals(ByteBuffer.wrap(END_OF_STREAM)));
      if (!ended) {
        throw new IOException(
            left + " bytes follow the record batch, but only the end-of-stream mark may");
      }
      return row;
    } catch (RuntimeException e) {
      // The flatbuffer accessors read wherever an offset points and throw what they meet there.
      throw malformed(e);
    }
  }

  /**
   * Holds a schema message against the schema that is expected.
   *
   * @return how many of its columns it has; those that it lacks may be null
   */
  static int checkSchema(RowSchema expected, byte[] message) throws IOException {
    try {
      return checkSchema(expected, frame(message, 0, message.length));
    } catch (RuntimeException e) {
      throw malformed(e);
    }
  }

  /** Reads one record batch message that fills the given bytes from a place on. */
  static Row readBatch(RowSchema schema, byte[] bytes, int at, long contentLimit)
      throws IOException {
    try {
      Framed message = frame(bytes, at, bytes.length);
      if (message.end() != bytes.length) {
        throw new IOException(
            "the record batch message ends at byte " + message.end() + " of " + bytes.length);
      }
      return Row.of(schema, bytes, message, contentLimit);
    } catch (RuntimeException e) {
      throw malformed(e);
    }
  }

  /**
   * An encapsulated message up to its body: continuation, length and metadata, padded.
   *
   * @param metadata finished
   * @param bodyLength room for the body behind it
   */
  static byte[] begun(FlatBufferBuilder metadata, int bodyLength) {
    byte[] bytes = metadata.sizedByteArray();
    int padded = (bytes.length + 7) / 8 * 8;
    return ByteBuffer.allocate(8 + padded + bodyLength)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(-1)
        .putInt(padded)
        .put(bytes)
        .array();
  }

  static Framed frame(byte[] bytes, int at, int limit) throws IOException {
    if (limit - at < 8) {
      throw new IOException(
          "an Arrow message should start at byte " + at + ", but only " + (limit - at) + " follow");
    }
    ByteBuffer prefix = ByteBuffer.wrap(bytes, at, 8).order(ByteOrder.LITTLE_ENDIAN);
    int continuation = prefix.getInt();
    int length = prefix.getInt();
    if (continuation != -1) {
      throw new IOException("no Arrow message starts at byte " + at);
    }
    int left = limit - at - 8;
    if (length <= 0 || length > left) {
      throw new IOException(
          "an Arrow message at byte " + at + " claims " + length + " bytes of metadata of " + left);
    }
    if (length > MAX_METADATA) {
      throw new IOException(
          String.format(
              "an Arrow message at byte %d has %d bytes of metadata, but must have at most %d",
              at, length, MAX_METADATA));
    }
    ByteBuffer metadata =
        ByteBuffer.wrap(bytes, at + 8, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    Message message = Message.getRootAsMessage(metadata);
    if (message.version() != MetadataVersion.V5) {
      throw new IOException(
          "Arrow metadata version is " + (message.version() + 1) + ", but must be 5");
    }
    long body = message.bodyLength();
    if (body < 0 || body > left - length) {
      throw new IOException(
          "an Arrow message at byte "
              + at
              + " claims a body of "
              + body
              + " bytes of "
              + (left - length));
    }
    int bodyAt = at + 8 + length;
    return new Framed(message, bodyAt, bodyAt + (int) body);
  }

  /** What was thrown says where in the flatbuffer, which tells no person anything. */
  static IOException malformed(RuntimeException e) {
    return new IOException("an Arrow message is malformed: its metadata makes no sense", e);
  }

  private static int checkSchema(RowSchema expected, Framed framed) throws IOException {
    if (framed.header().headerType() != MessageHeader.Schema || framed.bodyLength() != 0) {
      throw new IOException("the first Arrow message is not a schema");
    }
    Schema actual = present((Schema) framed.header().header(new Schema()), "schema");
    if (actual.endianness() != 0) {
      throw new IOException("values are big-endian, but must be little-endian");
    }
    checkMetadata(expected, actual);
    int fields = actual.fieldsLength();
    if (fields < expected.required() || fields > expected.columns().size()) {
      throw new IOException(
          "schema has "
              + fields
              + " fields, but kind '"
              + expected.kind()
              + "' has "
              + expected.columns().size());
    }
    for (int i = 0; i < fields; i++) {
      RowSchema.Column column = expected.columns().get(i);
      Field field = present(actual.fields(i), "field");
      if (!column.name().equals(field.name())) {
        throw new IOException(
            "field "
                + i
                + " is named '"
                + shown(field.name())
                + "', but must be '"
                + column.name()
                + "'");
      }
      boolean fits = field.dictionary() == null;
      if (column.type().isList()) {
        fits =
            fits
                && field.typeType() == org.apache.arrow.flatbuf.Type.List
                && field.childrenLength() == 1
                && present(field.children(0), "child").dictionary() == null
                && field.children(0).childrenLength() == 0
                && isOfType(field.children(0), column.type().arrow);
      } else {
        fits = fits && field.childrenLength() == 0 && isOfType(field, column.type().arrow);
      }
      if (!fits) {
        throw new IOException(
            "field '" + column.name() + "' is not of the type " + column.type() + " of the format");
      }
    }
    return fields;
  }

  private static void checkMetadata(RowSchema expected, Schema actual) throws IOException {
    int entries = actual.customMetadataLength();
    if (entries > MAX_METADATA_ENTRIES) {
      throw new IOException(
          "schema has " + entries + " metadata entries, but must have at most 64");
    }
    String version = null;
    String kind = null;
    for (int i = 0; i < entries; i++) {
      KeyValue entry = present(actual.customMetadata(i), "metadata entry");
      if (is(RowSchema.FORMAT_KEY, entry.keyAsByteBuffer())) {
        version = value(entry, version);
      } else if (is(RowSchema.KIND_KEY, entry.keyAsByteBuffer())) {
        kind = value(entry, kind);
      }
    }
    if (!Integer.toString(RowSchema.FORMAT_VERSION).equals(version)) {
      throw new IOException(
          version == null
              ? "schema has no " + RowSchema.FORMAT_KEY + " in its metadata"
              : RowSchema.FORMAT_KEY
                  + " is '"
                  + shown(version)
                  + "', but this build reads only "
                  + RowSchema.FORMAT_VERSION);
    }
    if (!expected.kind().equals(kind)) {
      throw new IOException(
          RowSchema.KIND_KEY + " is '" + shown(kind) + "', but must be '" + expected.kind() + "'");
    }
  }

  /** Compared as bytes: a key that is not looked for is not worth a text. */
  static boolean is(String key, @Nullable ByteBuffer bytes) {
    return bytes != null && bytes.equals(ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)));
  }

  private static @Nullable String value(KeyValue entry, @Nullable String before)
      throws IOException {
    ByteBuffer bytes = entry.valueAsByteBuffer();
    if (before != null || (bytes != null && bytes.remaining() > MAX_VALUE)) {
      throw new IOException(
          "schema has '"
              + entry.key()
              + "' twice in its metadata, or more than "
              + MAX_VALUE
              + " bytes of it");
    }
    return entry.value();
  }

  private static boolean isOfType(Field field, ArrowType type) throws IOException {
    if (field.typeType() != type.getTypeID().getFlatbufID()) {
      return false;
    }
    if (type instanceof ArrowType.Int expected) {
      Int actual = present((Int) field.type(new Int()), "type");
      return actual.bitWidth() == expected.getBitWidth()
          && actual.isSigned() == expected.getIsSigned();
    }
    if (type instanceof ArrowType.FloatingPoint expected) {
      FloatingPoint actual = present((FloatingPoint) field.type(new FloatingPoint()), "type");
      return actual.precision() == expected.getPrecision().getFlatbufID()
          && actual.precision() != Precision.HALF;
    }
    if (type instanceof ArrowType.Timestamp) {
      Timestamp actual = present((Timestamp) field.type(new Timestamp()), "type");
      return actual.unit() == TimeUnit.MILLISECOND && "UTC".equals(actual.timezone());
    }
    return true;
  }

  /** What the input says, fit for one line of a message. */
  private static String shown(@Nullable String text) {
    String plain = String.valueOf(text).replaceAll("\\p{C}", "?");
    return plain.length() > 80 ? plain.substring(0, 80) + "..." : plain;
  }

  static <T> T present(@Nullable T value, String what) throws IOException {
    if (value == null) {
      throw new IOException("an Arrow message lacks its " + what);
    }
    return value;
  }
}
