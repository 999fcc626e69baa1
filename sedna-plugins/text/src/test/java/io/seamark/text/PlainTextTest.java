package io.seamark.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PlainTextTest {
  private static final String HOSTILE =
      "a\u001b[2J\u0000b\n\u0085\u009b\u202e\u2066\u2028\ufeff\u200b\ud800c";
  private static final String SHOWN =
      "a\\u001b[2J\\u0000b\\u000a\\u0085\\u009b\\u202e\\u2066\\u2028\\ufeff\\u200b\\ud800c";

  @Test
  @DisplayName("what steers a terminal, ends a line or turns the direction is written in digits")
  void line() {
    assertEquals(SHOWN, PlainText.line(HOSTILE));
    assertEquals("a\\u001b\n\tb", PlainText.lines("a\u001b\n\tb"));
  }

  @Test
  @DisplayName("names in any script stay, also with joiners and beyond the basic plane")
  void scripts() {
    for (String name : new String[] {"übung", "中文", "می\u200cخواهم", "👨\u200d👩", "a b'\"=", ""}) {
      assertSame(name, PlainText.line(name));
      assertSame(name, PlainText.lines(name));
    }
  }

  @Test
  @DisplayName("a value ends where it seems to")
  void value() {
    assertEquals("frame-1.png", PlainText.value("frame-1.png"));
    assertEquals("\"\"", PlainText.value(""));
    assertEquals("\"a b\"", PlainText.value("a b"));
    assertEquals("\"a\u00a0b\"", PlainText.value("a\u00a0b"));
    assertEquals("\"x level=ERROR\"", PlainText.value("x level=ERROR"));
    assertEquals("\"a\\\"b\\\\\"", PlainText.value("a\"b\\"));
    assertEquals("\"a\\u000aevent=b\"", PlainText.value("a\nevent=b"));
  }

  @Test
  @DisplayName("a writer escapes across calls and keeps the pairs of surrogates together")
  void writer() throws IOException {
    StringWriter to = new StringWriter();
    try (PrintWriter out = new PrintWriter(new PlainWriter(to), true)) {
      out.print("\u001b]0;title\u0007");
      out.print("\ud83d");
      out.print("\ude00");
      out.write('\u009b');
      out.printf("%s%n", "中");
    }
    assertEquals("\\u001b]0;title\\u0007\ud83d\ude00\\u009b中\n", to.toString());
  }
}
