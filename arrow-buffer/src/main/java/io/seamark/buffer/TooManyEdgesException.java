package io.seamark.buffer;

import java.io.IOException;

/**
 * A replay buffer holds samples of as many edges as it may, so those of another are refused. There
 * is room again once the last sample of one of them has been dropped.
 */
public final class TooManyEdgesException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message names the edge and the bound
   */
  public TooManyEdgesException(String message) {
    super(message);
  }
}
