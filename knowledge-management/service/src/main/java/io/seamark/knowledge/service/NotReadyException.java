package io.seamark.knowledge.service;

/** A request came before, or without, a successful start. */
public class NotReadyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With the reason.
   *
   * @param reason one line
   */
  public NotReadyException(String reason) {
    super(reason);
  }
}
