package io.seamark.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/**
 * What bytes of file names and arguments mean to this process. The launcher sees to it that they
 * are UTF-8; where Java was started otherwise, or the system has no such locale, a name may be
 * impossible to write, and the failure should say why.
 */
final class NameEncoding {
  private NameEncoding() {}

  /**
   * What to add to a failure's message.
   *
   * @param thrown the failure
   * @param message its message
   * @return empty where names are UTF-8, or none that could be at fault is in the message
   */
  static String hint(Throwable thrown, String message) {
    return hint(thrown, message, System.getProperty("sun.jnu.encoding", "UTF-8"));
  }

  /** The same with names in an encoding of the caller's. */
  static String hint(Throwable thrown, String message, String encoding) {
    boolean every =
        encoding.equalsIgnoreCase(StandardCharsets.UTF_8.name())
            || encoding.equalsIgnoreCase("UTF8");
    // Java puts a question mark or the replacement character where a byte means nothing.
    boolean odd = message.chars().anyMatch(c -> c > '~' || c == '?');
    return every || !(odd || thrown instanceof InvalidPathException)
        ? ""
        : "; file names are "
            + encoding
            + " here, which cannot write every name: set LC_ALL=C.UTF-8 before the start";
  }
}
