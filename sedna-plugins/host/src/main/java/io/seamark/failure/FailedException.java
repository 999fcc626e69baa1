package io.seamark.failure;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something could not be done; its kind says whose matter that is. */
public class FailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose matter it is. */
  private final FailureKind kind;

  /** Seconds to wait before asking again; 0 where none are known. */
  private final long retrySeconds;

  /**
   * A failure that says nothing of a later time.
   *
   * @param kind whose matter it is
   * @param reason one line for people
   */
  public FailedException(FailureKind kind, String reason) {
    this(kind, reason, 0, null);
  }

  /**
   * A failure.
   *
   * @param kind whose matter it is
   * @param reason one line for people
   * @param retrySeconds when to ask again, in seconds; 0 where that is not known
   * @param cause what was thrown; null if nothing was
   */
  public FailedException(
      FailureKind kind, String reason, long retrySeconds, @Nullable Throwable cause) {
    super(reason, cause);
    this.kind = kind;
    this.retrySeconds = retrySeconds;
  }

  /**
   * Whose matter it is.
   *
   * @return the kind
   */
  public final FailureKind kind() {
    return kind;
  }

  /**
   * When to ask again.
   *
   * @return in seconds, at least 0; 0 where that is not known
   */
  public final long retrySeconds() {
    return retrySeconds;
  }

  /**
   * Figures that programs may want beside the reason.
   *
   * @return by name; empty unless stated otherwise
   */
  public Map<String, Integer> figures() {
    return Map.of();
  }
}
