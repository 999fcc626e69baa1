package io.seamark.imaging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers in a file's bytes. Offsets are the caller's to check, except where {@link #has} does.
 *
 * @param file the whole file
 * @param little whether its least significant byte comes first
 */
@SuppressWarnings("ArrayRecordComponent")
record Bytes(byte[] file, boolean little) {
  static Bytes bigEndian(byte[] file) {
    return new Bytes(file, false);
  }

  static Bytes littleEndian(byte[] file) {
    return new Bytes(file, true);
  }

  int length() {
    return file.length;
  }

  int u8(int at) {
    return file[at] & 0xFF;
  }

  int u16(int at) {
    return little ? u8(at + 1) << 8 | u8(at) : u8(at) << 8 | u8(at + 1);
  }

  int i32(int at) {
    return little ? u16(at + 2) << 16 | u16(at) : u16(at) << 16 | u16(at + 2);
  }

  long u32(int at) {
    return i32(at) & 0xFFFF_FFFFL;
  }

  /** Whether these ASCII characters stand there; false past the end. */
  boolean has(int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return at >= 0
        && at <= file.length - wanted.length
        && Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length);
  }

  IOException cut(String format) {
    return new IOException(
        "truncated " + format + ": the file ends in the middle, after " + file.length + " bytes");
  }
}
