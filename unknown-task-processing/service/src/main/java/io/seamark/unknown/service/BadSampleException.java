package io.seamark.unknown.service;

/** The request's body is not a sample that can be answered. */
final class BadSampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean tooLarge;

  BadSampleException(String reason, boolean tooLarge) {
    super(reason);
    this.tooLarge = tooLarge;
  }

  boolean tooLarge() {
    return tooLarge;
  }
}
