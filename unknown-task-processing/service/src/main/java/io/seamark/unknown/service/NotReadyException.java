package io.seamark.unknown.service;

/** The service cannot answer yet, or will not before it is configured otherwise. */
final class NotReadyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotReadyException(String reason) {
    super("not ready: " + reason);
  }
}
