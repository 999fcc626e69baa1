package io.seamark.log;

import io.seamark.text.PlainText;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.MessageFormatter;

/**
 * The text of a log line: SLF4J's pattern with its values. The pattern is ours, the values are
 * anybody's, so they can neither end the line nor look like a field: after {@code key=} a value is
 * {@link PlainText#value}, between quotes {@link PlainText#quoted}, and elsewhere it is quoted
 * where it holds an equals sign or a quote.
 */
final class EventLine {
  private static final String PLACE = "{}";

  private EventLine() {}

  static String of(@Nullable String pattern, @Nullable Object @Nullable [] values) {
    if (pattern == null) {
      return "null";
    }
    if (values == null || values.length == 0) {
      return PlainText.line(pattern);
    }
    Object[] plain = new Object[values.length];
    int at = -PLACE.length();
    for (int i = 0; i < values.length; i++) {
      at = at < 0 && i > 0 ? -1 : pattern.indexOf(PLACE, at + PLACE.length());
      Object value = values[i];
      // Of arrays and the like, as SLF4J writes them.
      String text =
          String.valueOf(MessageFormatter.basicArrayFormat(PLACE, new @Nullable Object[] {value}));
      plain[i] =
          value instanceof Number || value instanceof Boolean ? text : safe(pattern, at, text);
    }
    return PlainText.line(MessageFormatter.basicArrayFormat(pattern, plain));
  }

  private static String safe(String pattern, int at, String text) {
    int end = at + PLACE.length();
    char before = at > 0 ? pattern.charAt(at - 1) : ' ';
    if (before == '"' && end < pattern.length() && pattern.charAt(end) == '"') {
      return PlainText.quoted(text);
    }
    boolean field = text.indexOf('=') >= 0 || text.indexOf('"') >= 0;
    return before == '=' || field ? PlainText.value(text) : PlainText.line(text);
  }
}
