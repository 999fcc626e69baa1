package io.seamark.buffer.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Collects bytes. One of {@link java.nio.channels.Channels} would be closed by an interrupt. */
final class HeapChannel implements WritableByteChannel {
  private final ByteArrayOutputStream out;

  HeapChannel(int expected) {
    out = new ByteArrayOutputStream(expected);
  }

  @Override
  public int write(ByteBuffer from) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    out.writeBytes(bytes);
    return bytes.length;
  }

  void write(byte[] bytes) {
    out.writeBytes(bytes);
  }

  byte[] bytes() {
    return out.toByteArray();
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
