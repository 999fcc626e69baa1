package io.seamark.text;

/** Text in HTML and SVG. */
public final class Html {
  private Html() {}

  /**
   * Text inside an element or a quoted attribute.
   *
   * @param text any
   * @return the same with {@link PlainText#lines} and without markup
   */
  public static String escape(String text) {
    String plain = PlainText.lines(text);
    StringBuilder out = new StringBuilder(plain.length() + 16);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '`' -> out.append("&#96;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }
}
