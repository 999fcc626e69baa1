package io.seamark.buffer.format;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Collects bytes. One of {@link java.nio.channels.Channels} would be closed by an interrupt. */
final class HeapChannel implements WritableByteChannel {
  private byte[] bytes;
  private int length;

  /** What is written is copied once if it is as much as expected. */
  HeapChannel(int expected) {
    bytes = new byte[expected];
  }

  @Override
  public int write(ByteBuffer from) {
    int more = from.remaining();
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * length));
    }
    from.get(bytes, length, more);
    length += more;
    return more;
  }

  void write(byte[] from) {
    write(ByteBuffer.wrap(from));
  }

  /** What was written; nothing more may be written then. */
  byte[] bytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {
    // Holds nothing but memory.
  }
}
