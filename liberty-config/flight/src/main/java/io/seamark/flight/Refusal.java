package io.seamark.flight;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What a caller is told, as statuses that every Flight client has an exception for. */
final class Refusal {
  /** A caller's own text in a message is no longer than this. */
  private static final int SHOWN = 120;

  private Refusal() {}

  static StatusRuntimeException badArgument(String why) {
    return of(Status.INVALID_ARGUMENT, why);
  }

  static StatusRuntimeException notFound(String why) {
    return of(Status.NOT_FOUND, why);
  }

  static StatusRuntimeException tooMuch(String why) {
    return of(Status.RESOURCE_EXHAUSTED, why);
  }

  static StatusRuntimeException unavailable(String why) {
    return of(Status.UNAVAILABLE, why);
  }

  static StatusRuntimeException stalled(String why) {
    return of(Status.DEADLINE_EXCEEDED, why);
  }

  static StatusRuntimeException of(Status status, String why) {
    return status.withDescription(why.replaceAll("\\p{C}", "?")).asRuntimeException();
  }

  /** A caller's own text, fit for one line. */
  static String shown(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
