package io.seamark.unknown.service;

import jakarta.ws.rs.core.Response.Status;

/** The request cannot be answered, and would not be if it came again as it is. */
final class BadSampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Status status;

  BadSampleException(String reason) {
    this(Status.BAD_REQUEST, reason);
  }

  BadSampleException(Status status, String reason) {
    super(reason);
    this.status = status;
  }

  /** 400, 404, 408, 413 or 415. */
  Status status() {
    return status;
  }
}
