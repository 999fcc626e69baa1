package io.seamark.buffer;

import java.io.IOException;

/** The outbox holds as many bytes as it may; there is room again once samples are acknowledged. */
public final class OutboxFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message names the outbox and its bound
   */
  public OutboxFullException(String message) {
    super(message);
  }
}
