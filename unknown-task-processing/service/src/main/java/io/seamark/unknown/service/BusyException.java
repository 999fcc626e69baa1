package io.seamark.unknown.service;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import java.util.Map;

/** As many requests wait, or as many bytes of them are held, as may be. */
final class BusyException extends FailedException {
  private static final long serialVersionUID = 1L;
  private final int waiting;
  private final int queue;

  BusyException(String state, int waiting, int queue, long retryAfterSeconds) {
    super(
        FailureKind.BUSY,
        state + "; try again in " + retryAfterSeconds + " s",
        retryAfterSeconds,
        null);
    this.waiting = waiting;
    this.queue = queue;
  }

  /** Requests in work or in the queue. */
  int waiting() {
    return waiting;
  }

  /** Requests that may wait. */
  int queue() {
    return queue;
  }

  @Override
  public Map<String, Integer> figures() {
    return Map.of("waiting", waiting, "queue", queue);
  }
}
