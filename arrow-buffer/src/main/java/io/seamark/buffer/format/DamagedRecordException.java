package io.seamark.buffer.format;

import java.io.IOException;

/** A record's bytes are not what was written. Reading it again will not help. */
public final class DamagedRecordException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message names the record, the file and what is wrong
   */
  public DamagedRecordException(String message) {
    super(message);
  }
}
