package io.seamark.buffer.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli), as everything in this format is checked with. */
final class Checksums {
  private static final int WINDOW = 64 << 10;

  private Checksums() {}

  static int crc32c(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  static int crc32c(byte[] bytes) {
    return crc32c(bytes, 0, bytes.length);
  }

  /** Of a part of a file, without holding it as a whole. */
  static int crc32c(Disk.File file, long from, long length) throws IOException {
    CRC32C crc = new CRC32C();
    for (long at = from; at < from + length; at += WINDOW) {
      crc.update(file.read(at, (int) Math.min(WINDOW, from + length - at)));
    }
    return (int) crc.getValue();
  }

  static int crc32c(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().limit(from + length).position(from));
    return (int) crc.getValue();
  }
}
