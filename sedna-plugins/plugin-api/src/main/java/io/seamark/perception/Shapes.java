package io.seamark.perception;

/** The checks on sizes that every value of this package makes. */
final class Shapes {
  /** Largest width or height in pixels that any value accepts. */
  static final int MAX_SIDE = 16_384;

  private Shapes() {}

  static void checkSize(String what, int width, int height) {
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
      throw new IllegalArgumentException(
          what + " is " + width + "x" + height + ", but each side must be 1 to " + MAX_SIDE);
    }
  }

  static void checkLength(String what, long actual, long expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          what + " has " + actual + " elements, but its shape needs " + expected);
    }
  }
}
