package io.seamark.failure;

/** It cannot be answered yet, or will not be before something is configured otherwise. */
public final class NotReadyException extends FailedException {
  private static final long serialVersionUID = 1L;

  /**
   * Not ready, for nobody knows how long.
   *
   * @param reason what is missing
   */
  public NotReadyException(String reason) {
    this(reason, 0);
  }

  /**
   * Not ready.
   *
   * @param reason what is missing
   * @param retrySeconds when to ask again, in seconds; 0 where that is not known
   */
  public NotReadyException(String reason, long retrySeconds) {
    super(FailureKind.NOT_READY, "not ready: " + reason, retrySeconds, null);
  }
}
