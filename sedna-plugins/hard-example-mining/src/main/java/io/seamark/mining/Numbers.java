package io.seamark.mining;

/** The check that keeps what cannot be judged from being called easy. */
final class Numbers {
  private Numbers() {}

  static double checked(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "the prediction cannot be judged: its " + what + " is " + value);
    }
    return value;
  }
}
