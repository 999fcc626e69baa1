package io.seamark.durable;

import java.io.IOException;

/**
 * A file that this product did not write, or that was changed since, stands where one was to go.
 */
public final class ForeignFileException extends IOException {
  private static final long serialVersionUID = 1L;

  ForeignFileException(String message) {
    super(message);
  }
}
