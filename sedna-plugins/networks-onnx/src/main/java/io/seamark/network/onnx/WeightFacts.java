package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a weight of an ONNX file says of itself, without its values. */
public final class WeightFacts {
  private static final int MAX_DIMENSIONS = 64;

  private final List<Long> shape = new ArrayList<>();
  private final Map<String, String> place = new HashMap<>();
  private String name = "";
  private int type;
  private int location;
  private boolean raw;
  private long rawBytes;
  private long fieldBytes;

  private WeightFacts() {}

  /** Where a weight's values lie. */
  record Place(Path file, long offset, long length) {}

  /** Reads a tensor up to the stream's limit, skipping its values. */
  static WeightFacts read(CodedInputStream in) throws IOException {
    WeightFacts facts = new WeightFacts();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean packed = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      switch (WireFormat.getTagFieldNumber(tag)) {
        case TensorProto.DIMS_FIELD_NUMBER -> facts.readShape(in, packed);
        case TensorProto.DATA_TYPE_FIELD_NUMBER -> facts.type = in.readInt32();
        case TensorProto.NAME_FIELD_NUMBER -> facts.name = in.readString();
        case TensorProto.DATA_LOCATION_FIELD_NUMBER -> facts.location = in.readEnum();
        case TensorProto.EXTERNAL_DATA_FIELD_NUMBER ->
            facts.note(StringStringEntryProto.parseFrom(in.readByteArray()));
        case TensorProto.RAW_DATA_FIELD_NUMBER -> {
          facts.raw = true;
          facts.rawBytes = skip(in);
        }
        case TensorProto.FLOAT_DATA_FIELD_NUMBER,
            TensorProto.INT32_DATA_FIELD_NUMBER,
            TensorProto.STRING_DATA_FIELD_NUMBER,
            TensorProto.INT64_DATA_FIELD_NUMBER,
            TensorProto.DOUBLE_DATA_FIELD_NUMBER,
            TensorProto.UINT64_DATA_FIELD_NUMBER -> {
          if (packed) {
            facts.fieldBytes += skip(in);
          } else {
            long before = in.getTotalBytesRead();
            in.skipField(tag);
            facts.fieldBytes += in.getTotalBytesRead() - before;
          }
        }
        default -> in.skipField(tag);
      }
    }
    return facts;
  }

  static WeightFacts of(TensorProto tensor) throws IOException {
    return read(CodedInputStream.newInstance(tensor.toByteArray()));
  }

  private static long skip(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    in.skipRawBytes(length);
    return length;
  }

  private void readShape(CodedInputStream in, boolean packed) throws IOException {
    if (packed) {
      int end = in.pushLimit(in.readRawVarint32());
      while (in.getBytesUntilLimit() > 0) {
        addSize(in.readInt64());
      }
      in.popLimit(end);
    } else {
      addSize(in.readInt64());
    }
  }

  private void addSize(long size) {
    // One too many tells that there were more.
    if (shape.size() <= MAX_DIMENSIONS) {
      shape.add(size);
    }
  }

  private void note(StringStringEntryProto entry) {
    place.put(entry.getKey(), entry.getValue());
  }

  String name() {
    return name;
  }

  boolean isElsewhere() {
    return location == TensorProto.DataLocation.EXTERNAL_VALUE || !place.isEmpty();
  }

  /** A name from a file, fit for a message. */
  static String printable(String name) {
    String clean = name.replaceAll("\\p{Cntrl}", "?");
    return clean.length() > 120 ? clean.substring(0, 120) + "..." : clean;
  }

  private IOException wrong(String what) {
    return new IOException("weight '" + printable(name) + "' " + what);
  }

  /** Bytes that the values need. */
  private long bytes() throws IOException {
    if (shape.size() > MAX_DIMENSIONS) {
      throw wrong("has more than " + MAX_DIMENSIONS + " dimensions");
    }
    long values = 1;
    for (long size : shape) {
      if (size < 0) {
        throw wrong("has shape " + shape + ", but sizes must be 0 or more");
      }
      try {
        values = Math.multiplyExact(values, size);
      } catch (ArithmeticException e) {
        throw wrong("has shape " + shape + ", more values than can be counted");
      }
    }
    int bits = bits();
    if (values > Long.MAX_VALUE / 128) {
      throw wrong("has shape " + shape + ", more values than can be held");
    }
    return (values * bits + 7) / 8;
  }

  private int bits() throws IOException {
    DataType known = DataType.forNumber(type);
    return switch (known == null ? DataType.UNDEFINED : known) {
      case UINT4, INT4 -> 4;
      case UINT8, INT8, BOOL, STRING, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
      case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
      case FLOAT, INT32, UINT32 -> 32;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
      case COMPLEX128 -> 128;
      default -> throw wrong("has element type " + type + ", which is not known");
    };
  }

  /** Refuses a weight that says it holds more, or less, than it does. */
  void check() throws IOException {
    long bytes = bytes();
    if (isElsewhere()) {
      return;
    }
    if (raw) {
      if (rawBytes != bytes) {
        throw wrong(
            String.format("of shape %s needs %d bytes, but holds %d", shape, bytes, rawBytes));
      }
      return;
    }
    DataType kind = DataType.forNumber(type);
    // Floats have one width in their field; of the others each value takes at least a byte.
    boolean whole = kind == DataType.FLOAT || kind == DataType.DOUBLE || bits() < 8;
    long least = whole ? bytes : bytes / (bits() / 8);
    if (fieldBytes < least) {
      throw wrong(
          String.format(
              "of shape %s needs at least %d bytes, but holds %d", shape, least, fieldBytes));
    }
  }

  /**
   * Finds the values of a weight that lie outside the file.
   *
   * @param file the ONNX file, in whose folder they must lie
   */
  Place locate(Path file) throws IOException {
    String where = place.getOrDefault("location", "");
    Path folder = file.toAbsolutePath().normalize().getParent();
    Path relative;
    try {
      relative = Path.of(where);
    } catch (InvalidPathException e) {
      throw wrong("would lie at '" + printable(where) + "', which is no path");
    }
    if (folder == null
        || where.isEmpty()
        || relative.isAbsolute()
        || relative.normalize().startsWith("..")) {
      throw outside(where);
    }
    Path target = folder.resolve(relative);
    Path real;
    try {
      real = target.toRealPath();
    } catch (NoSuchFileException e) {
      throw wrong("should lie at " + printable(target.toString()) + ", which does not exist");
    }
    if (!real.startsWith(folder.toRealPath())) {
      throw outside(where + ", a link to elsewhere");
    }
    if (!Files.isRegularFile(real)) {
      throw wrong("should lie at " + printable(target.toString()) + ", which is not a file");
    }
    long bytes = bytes();
    long offset = number("offset", 0);
    long length = number("length", bytes);
    if (length != bytes) {
      throw wrong(String.format("of shape %s needs %d bytes, but names %d", shape, bytes, length));
    }
    long size = Files.size(real);
    if (offset > size || length > size - offset) {
      throw wrong(
          String.format(
              "needs %d bytes from %d on of %s, which has only %d",
              length, offset, printable(target.toString()), size));
    }
    return new Place(real, offset, length);
  }

  private IOException outside(String where) {
    return wrong("would lie outside the file's folder, at " + printable(where));
  }

  private long number(String key, long missing) throws IOException {
    String text = place.get(key);
    if (text == null) {
      return missing;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw wrong("has " + key + " '" + printable(text) + "', but it must be a whole number from 0");
  }
}
