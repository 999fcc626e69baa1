package io.seamark.exchange;

import java.io.OutputStream;
import java.util.Arrays;

/** A growing array whose growth is counted before it happens. Not thread-safe. */
public final class CountedBytes extends OutputStream {
  private final MemoryBudget.Claim memory;
  private final int free;
  private byte[] bytes = new byte[0];
  private int size;

  /**
   * Empty.
   *
   * @param memory what it is counted against
   */
  public CountedBytes(MemoryBudget.Claim memory) {
    this(memory, 0);
  }

  /**
   * Empty.
   *
   * @param memory what it is counted against
   * @param free bytes that are not counted, so that there is always room to say that there is none
   */
  CountedBytes(MemoryBudget.Claim memory, int free) {
    this.memory = memory;
    this.free = free;
  }

  /**
   * Bytes written.
   *
   * @return at least 0
   */
  public int size() {
    return size;
  }

  /** Forgets what was written; the memory is kept for what comes. */
  public void clear() {
    size = 0;
  }

  /** Bytes of memory that are counted for what was written. */
  long counted() {
    return Math.max(0, bytes.length - free);
  }

  /**
   * The array that holds what was written, from its start on; longer than that where there is room.
   *
   * @return not a copy
   */
  byte[] array() {
    return bytes;
  }

  /**
   * What was written.
   *
   * @return an array of that length
   * @throws RefusedException if there is no room for it
   */
  public byte[] exact() {
    if (bytes.length != size) {
      resize(size);
    }
    return bytes;
  }

  @Override
  public void write(int b) {
    room(1);
    bytes[size++] = (byte) b;
  }

  @Override
  public void write(byte[] from, int at, int length) {
    room(length);
    System.arraycopy(from, at, bytes, size, length);
    size += length;
  }

  private void room(int length) {
    if (length > bytes.length - size) {
      // Half as much again, so that many small pieces are not copied again and again.
      resize(Math.max(Math.addExact(size, length), size + size / 2));
    }
  }

  private void resize(int length) {
    memory.grow(Math.max(0, length - free));
    int before = bytes.length;
    bytes = Arrays.copyOf(bytes, length);
    memory.shrink(Math.max(0, before - free));
  }
}
