package io.seamark.buffer;

import io.seamark.buffer.format.Row;

/** The checks on values that the records of this package make. */
final class Checks {
  static final int MAX_TEXT = 200;
  static final int MAX_PIXELS = 40_000_000;
  static final int MAX_CLASSES = 255;
  static final int MAX_STAGES = 64;

  /** The most bytes of an image or depth file. */
  static final int MAX_FILE = Row.MAX_CONTENT;

  /** The most class scores, over all classes. */
  static final int MAX_SCORES = Row.MAX_CONTENT;

  private Checks() {}

  static void name(String what, String value) {
    if (value.isBlank() || value.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          what + " has " + value.length() + " characters, but must have 1 to 200, not all blank");
    }
  }

  static void text(String what, String value) {
    if (value.length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          what + " has " + value.length() + " characters, but must have at most 200");
    }
  }

  /** Refuses what would break lines, or act on the terminal that shows it. */
  static void plain(String what, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        throw new IllegalArgumentException(
            String.format(
                "%s has the control character U+%04X at %d, but must have none", what, (int) c, i));
      }
    }
  }

  static void frameSize(int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "frame is " + width + "x" + height + ", but must be 1x1 to 40 megapixels");
    }
  }

  static void bytes(String what, int length, int most) {
    if (length < 1 || length > most) {
      throw new IllegalArgumentException(
          what + " has " + length + " bytes, but must have 1 to " + most);
    }
  }

  static void notNan(String what, double value) {
    if (Double.isNaN(value)) {
      throw new IllegalArgumentException(what + " is NaN, but must be a number");
    }
  }
}
