package io.seamark.text;

/**
 * Text that may hold anything, as a terminal and a log can show it. What would steer a terminal,
 * end a line, or turn the direction of what follows is written as a backslash, {@code u} and four
 * digits, as JSON does: ESC is {@code \u005cu001b}.
 */
public final class PlainText {
  private PlainText() {}

  /**
   * On one line.
   *
   * @param text any
   * @return the same without anything that is not shown as a character of its own
   */
  public static String line(String text) {
    return escaped(text, false, false);
  }

  /**
   * On the lines that it has: line feeds and tabs stay.
   *
   * @param text any
   * @return the same without anything else that is not shown as a character of its own
   */
  public static String lines(String text) {
    return escaped(text, true, false);
  }

  /**
   * As the value of a {@code key=value} field, which ends where it seems to.
   *
   * @param text any
   * @return the text as it is, or between quotes where it is empty, or holds a blank, an equals
   *     sign, a quote, a backslash or what {@link #line} escapes; quotes and backslashes then have
   *     a backslash before them
   */
  public static String value(String text) {
    boolean bare = !text.isEmpty();
    for (int i = 0; i < text.length() && bare; i++) {
      char c = text.charAt(i);
      bare = c != '=' && c != '"' && c != '\\' && !Character.isSpaceChar(c) && shown(text, i);
    }
    return bare ? text : '"' + quoted(text) + '"';
  }

  /**
   * What stands between the quotes of such a value.
   *
   * @param text any
   * @return one line, without a quote that would end it
   */
  public static String quoted(String text) {
    return escaped(text, false, true);
  }

  private static String escaped(String text, boolean lines, boolean quotes) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean stays = shown(text, i) || (lines && (c == '\n' || c == '\t'));
      boolean quote = quotes && (c == '"' || c == '\\');
      if (out == null && (!stays || quote)) {
        out = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (out != null) {
        append(out, c, stays, quote);
      }
    }
    return out == null ? text : out.toString();
  }

  private static void append(StringBuilder out, char c, boolean stays, boolean quote) {
    if (quote) {
      out.append('\\').append(c);
    } else if (stays) {
      out.append(c);
    } else {
      out.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        out.append(Character.forDigit(c >> shift & 0xF, 16));
      }
    }
  }

  private static boolean shown(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      // The joiners are part of words in many scripts; the rest is unseen or turns the direction.
      case Character.FORMAT -> c == '\u200C' || c == '\u200D';
      default -> true;
    };
  }
}
