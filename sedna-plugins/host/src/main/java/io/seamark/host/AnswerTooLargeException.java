package io.seamark.host;

import java.io.IOException;

/** A service answers with more than it may. */
public final class AnswerTooLargeException extends IOException {
  private static final long serialVersionUID = 1;

  AnswerTooLargeException(String message) {
    super(message);
  }
}
