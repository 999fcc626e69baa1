package io.seamark.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Where a body goes that is too large for memory, while it arrives. A body may be given up at any
 * time, also while another thread writes, so it must be thread-safe.
 */
public interface Spool extends AutoCloseable {
  /**
   * What is taken.
   *
   * @return the most bytes of the body
   */
  long most();

  /**
   * How long the body may take to arrive.
   *
   * @return in all
   */
  Duration patience();

  /**
   * Appends to the body.
   *
   * @param from has the bytes
   * @param at of the first
   * @param length how many
   * @throws IOException if they cannot be written, or the spool is closed
   * @throws io.seamark.failure.FailedException if there is no room for them
   */
  void write(byte[] from, int at, int length) throws IOException;

  /**
   * Opens the body, once it is there.
   *
   * @return all of it, to be closed
   * @throws IOException if it cannot be read, or the spool is closed
   */
  InputStream open() throws IOException;

  /** Throws the body away. Does nothing the second time. */
  @Override
  void close();
}
