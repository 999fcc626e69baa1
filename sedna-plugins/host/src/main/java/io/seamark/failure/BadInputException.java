package io.seamark.failure;

/** What came cannot be answered, and would not be if it came again as it is. */
public final class BadInputException extends FailedException {
  private static final long serialVersionUID = 1L;

  /**
   * Bad input.
   *
   * @param reason names what is wrong, its value and the rule
   */
  public BadInputException(String reason) {
    super(FailureKind.BAD_INPUT, reason);
  }
}
