package io.seamark.unknown.service;

/** As many frames wait as may wait. */
final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long retryAfterSeconds;

  BusyException(int waiting, long retryAfterSeconds) {
    super("1 frame is in work and " + waiting + " wait; try again in " + retryAfterSeconds + " s");
    this.retryAfterSeconds = retryAfterSeconds;
  }

  long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
