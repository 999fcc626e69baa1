package io.seamark.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class EventLoggerTest {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoggerTest.class);

  private final java.util.logging.Logger jul =
      java.util.logging.Logger.getLogger(EventLoggerTest.class.getName());
  private final List<LogRecord> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    jul.setUseParentHandlers(false);
    jul.setLevel(Level.INFO);
    jul.addHandler(handler);
  }

  @AfterEach
  void forget() {
    jul.removeHandler(handler);
  }

  private String last() {
    return lines.get(lines.size() - 1).getMessage();
  }

  @Test
  @DisplayName("this is the logger that SLF4J finds")
  void found() {
    assertInstanceOf(EventLogger.class, LOG);
    LOG.info("event=x");
    assertEquals(EventLoggerTest.class.getName(), lines.get(0).getLoggerName());
    assertEquals(Level.INFO, lines.get(0).getLevel());
    LOG.debug("event=y");
    assertEquals(1, lines.size());
  }

  @Test
  @DisplayName("a name forges no field and no line")
  void values() {
    LOG.info("event=frame id={} score={} ok={}", "a\nevent=b level=ERROR", 0.5, true);
    assertEquals("event=frame id=\"a\\u000aevent=b level=ERROR\" score=0.5 ok=true", last());
    LOG.info("event=frame id={} domain={}", "street-1", "");
    assertEquals("event=frame id=street-1 domain=\"\"", last());
    LOG.warn("event=refused reason=\"{}\" next={}", "it is 'x\" level=ERROR \u001b[0m\0'", "y");
    assertEquals(
        "event=refused reason=\"it is 'x\\\" level=ERROR \\u001b[0m\\u0000'\" next=y", last());
    LOG.warn("frame {} is skipped: {}", "a b", "no such file");
    assertEquals("frame a b is skipped: no such file", last());
    LOG.warn("frame {} is skipped", "a event=b");
    assertEquals("frame \"a event=b\" is skipped", last());
    LOG.warn("frame {} is skipped", "a{}b {0} %n");
    assertEquals("frame a{}b {0} %n is skipped", last());
    LOG.warn("event=x list={} none={}", List.of("a", "b=c"), null);
    assertEquals("event=x list=\"[a, b=c]\" none=null", last());
    LOG.warn("event=x more={}", "a", "unused");
    assertEquals("event=x more=a", last());
  }

  @Test
  @DisplayName("an exception's messages are escaped, its trace and causes stay")
  void exceptions() {
    IOException thrown = new IOException("file \u001b]0;x\u0007", new IllegalStateException("in"));
    LOG.error("event=failed", thrown);
    Throwable logged = lines.get(0).getThrown();
    StringWriter trace = new StringWriter();
    logged.printStackTrace(new PrintWriter(trace, true));
    assertTrue(trace.toString().startsWith("java.io.IOException: file \\u001b]0;x\\u0007"));
    assertTrue(trace.toString().contains("Caused by: java.lang.IllegalStateException: in"));
    assertTrue(trace.toString().contains("EventLoggerTest.exceptions"), trace.toString());
    assertFalse(trace.toString().contains("\u001b"));

    IOException plain = new IOException("as it is");
    LOG.error("event=failed", plain);
    assertSame(plain, lines.get(1).getThrown());
  }

  @Test
  @DisplayName("exceptions that go in a circle end")
  void circle() {
    IOException one = new IOException("one\u001b");
    IOException two = new IOException("two", one);
    one.initCause(two);
    LOG.error("event=failed", one);
    assertTrue(String.valueOf(lines.get(0).getThrown()).endsWith("one\\u001b"));
  }
}
