package io.seamark.network.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Goes through a protobuf message, nested ones included, and refuses what two parsers could read in
 * two ways: fields of another wire type than theirs, fields given twice that may stand once,
 * groups, lengths and tags in more bytes than they can need, and nesting beyond what the engine
 * follows. What passes is read alike by our checks and by the engine. Values are skipped, so that a
 * large file costs no memory.
 */
final class WireFormatCheck {
  /** As many as the parsers of C++ and Java follow. */
  private static final int MAX_DEPTH = 100;

  /** A whole number of 32 bits needs no more bytes. */
  private static final int MAX_BYTES = 5;

  private final CodedInputStream in;

  private WireFormatCheck(InputStream stream) {
    in = CodedInputStream.newInstance(stream, 1 << 16);
    in.setSizeLimit(Integer.MAX_VALUE);
  }

  /**
   * Checks a message that takes up the rest of a stream.
   *
   * @param stream not closed
   * @param type of the message
   * @throws IOException naming the field and the rule
   */
  static void check(InputStream stream, Descriptor type) throws IOException {
    try {
      new WireFormatCheck(stream).message(type, 0);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("it is not an ONNX file, or cut short: " + e.getMessage(), e);
    }
  }

  private void message(Descriptor type, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException("it is nested deeper than " + MAX_DEPTH + " messages");
    }
    Set<Integer> seen = new HashSet<>();
    while (true) {
      int before = in.getTotalBytesRead();
      int tag = in.readTag();
      if (tag == 0) {
        return;
      }
      int number = WireFormat.getTagFieldNumber(tag);
      int wire = WireFormat.getTagWireType(tag);
      FieldDescriptor field = type.findFieldByNumber(number);
      String name =
          field == null ? type.getName() + "." + number : type.getName() + "." + field.getName();
      if (in.getTotalBytesRead() - before > MAX_BYTES) {
        throw wrong(name, "has a tag of more than " + MAX_BYTES + " bytes");
      }
      if (wire == WireFormat.WIRETYPE_START_GROUP || wire == WireFormat.WIRETYPE_END_GROUP) {
        throw wrong(name, "is a group, which ONNX has not");
      }
      if (field == null) {
        skip(tag, wire, name);
        continue;
      }
      boolean packed = field.isPackable() && wire == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (wire != field.getLiteType().getWireType() && !packed) {
        throw wrong(
            name, "has wire type " + wire + ", but must have " + field.getLiteType().getWireType());
      }
      if (!field.isRepeated() && !seen.add(number)) {
        throw wrong(name, "is given twice");
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        int end = in.pushLimit(length(name));
        message(field.getMessageType(), depth + 1);
        if (in.getBytesUntilLimit() > 0) {
          throw new IOException(
              "it is cut short: " + in.getBytesUntilLimit() + " bytes are missing");
        }
        in.popLimit(end);
      } else {
        skip(tag, wire, name);
      }
    }
  }

  private void skip(int tag, int wire, String name) throws IOException {
    if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      in.skipRawBytes(length(name));
    } else {
      in.skipField(tag);
    }
  }

  private int length(String name) throws IOException {
    int before = in.getTotalBytesRead();
    long length = in.readRawVarint64();
    if (in.getTotalBytesRead() - before > MAX_BYTES || length < 0 || length > Integer.MAX_VALUE) {
      throw wrong(name, "has a length that no file can have");
    }
    return (int) length;
  }

  private static IOException wrong(String field, String what) {
    return new IOException("its field " + field + " " + what);
  }
}
