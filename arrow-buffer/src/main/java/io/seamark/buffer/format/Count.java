package io.seamark.buffer.format;

/**
 * How much of a log is of one kind.
 *
 * @param records number of records, at least 0
 * @param bytes of their messages on disk
 */
public record Count(int records, long bytes) {
  /** Of nothing. */
  public static final Count NONE = new Count(0, 0);

  /** Both together. */
  Count plus(Count other) {
    return new Count(records + other.records, bytes + other.bytes);
  }

  /** Without what is part of it. */
  Count minus(Count part) {
    return new Count(records - part.records, bytes - part.bytes);
  }
}
