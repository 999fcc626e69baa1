package io.seamark.exchange;

import io.seamark.failure.FailedException;
import io.seamark.failure.FailureKind;
import org.jspecify.annotations.Nullable;

/** A request that is refused for what it takes: memory, time or a place. */
public final class RefusedException extends FailedException {
  private static final long serialVersionUID = 1L;

  /** HTTP's status for what came too slowly. */
  public static final int TOO_SLOW = 408;

  /** HTTP's status for what is too large, now and later. */
  public static final int TOO_LARGE = 413;

  /** HTTP's status for what may come again later. */
  public static final int BUSY = 429;

  /** HTTP's status for what there was not enough memory for. */
  public static final int UNAVAILABLE = 503;

  /** HTTP's status for what there is no room on disk for (RFC 4918). */
  public static final int NO_STORAGE = 507;

  private static final int RETRY_SECONDS = 2;

  private final int status;

  /**
   * A refusal.
   *
   * @param status HTTP's
   * @param reason one line for people
   */
  public RefusedException(int status, String reason) {
    super(kind(status), reason, status == BUSY || status == UNAVAILABLE ? RETRY_SECONDS : 0, null);
    this.status = status;
  }

  /**
   * The refusal that something thrown comes to.
   *
   * @param thrown by whoever answers a request
   * @return itself, or one with {@link #UNAVAILABLE} for want of memory; null if it is neither
   */
  public static @Nullable RefusedException of(Throwable thrown) {
    if (thrown instanceof RefusedException refused) {
      return refused;
    }
    return Exhaustion.caused(thrown) ? exhausted() : null;
  }

  /** A failure while a body arrives, as the refusal of the body. */
  static RefusedException ofFailure(FailedException failed) {
    return failed instanceof RefusedException refused
        ? refused
        : new RefusedException(Problem.of(failed).status(), String.valueOf(failed.getMessage()));
  }

  static RefusedException exhausted() {
    return new RefusedException(UNAVAILABLE, "there was not enough memory for this request");
  }

  private static FailureKind kind(int status) {
    return switch (status) {
      case BUSY -> FailureKind.BUSY;
      case UNAVAILABLE -> FailureKind.OUT_OF_RESOURCES;
      case NO_STORAGE -> FailureKind.OUT_OF_STORAGE;
      default -> FailureKind.BAD_INPUT;
    };
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
