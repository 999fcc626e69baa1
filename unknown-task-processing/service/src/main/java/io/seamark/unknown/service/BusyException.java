package io.seamark.unknown.service;

/** As many requests wait, or as many bytes of them are held, as may be. */
final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int waiting;
  private final int queue;
  private final long retryAfterSeconds;

  BusyException(String state, int waiting, int queue, long retryAfterSeconds) {
    super(state + "; try again in " + retryAfterSeconds + " s");
    this.waiting = waiting;
    this.queue = queue;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Requests in work or in the queue. */
  int waiting() {
    return waiting;
  }

  /** Requests that may wait. */
  int queue() {
    return queue;
  }

  long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
