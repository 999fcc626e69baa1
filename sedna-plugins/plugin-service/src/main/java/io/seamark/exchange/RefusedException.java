package io.seamark.exchange;

/** A request that is refused for what it takes: memory, time or a place. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** HTTP's status for what came too slowly. */
  public static final int TOO_SLOW = 408;

  /** HTTP's status for what is too large, now and later. */
  public static final int TOO_LARGE = 413;

  /** HTTP's status for what may come again later. */
  public static final int BUSY = 429;

  private final int status;

  /**
   * A refusal.
   *
   * @param status HTTP's
   * @param reason one line for people
   */
  public RefusedException(int status, String reason) {
    super(reason);
    this.status = status;
  }

  /**
   * What is answered.
   *
   * @return HTTP's status
   */
  public int status() {
    return status;
  }
}
