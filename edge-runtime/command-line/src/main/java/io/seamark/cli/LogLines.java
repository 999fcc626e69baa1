package io.seamark.cli;

import io.seamark.text.PlainText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Structured log lines: {@code time=... level=... logger=... } and then the message, which the
 * parts of Seamark write as {@code event=... key=value}, names from outside quoted where they could
 * be taken for more. A stack trace, where it is shown, follows indented. On standard error only
 * warnings, with {@code --verbose} what Seamark's own parts say from INFO; where {@link #alsoTo} is
 * told to be quiet, only errors. Lines of other libraries are never shown below WARNING.
 */
public final class LogLines extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  // The JDK holds loggers weakly: what is not kept here forgets its level.
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OURS = Logger.getLogger("io.seamark");
  // Warns of absent graphics drivers at each start.
  private static final Logger DJL = Logger.getLogger("ai.djl");
  // Says of a library that it cannot unpack what is said better where that becomes an error.
  private static final Logger ENGINE = Logger.getLogger("ai.onnxruntime");

  private final boolean traces;

  /**
   * A formatter.
   *
   * @param traces whether stack traces are shown
   */
  public LogLines(boolean traces) {
    this.traces = traces;
  }

  /**
   * Sends log lines to standard error.
   *
   * @param verbose from INFO rather than from WARNING, and stack traces
   */
  public static void configure(boolean verbose) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
      handler.close();
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new LogLines(verbose));
    console.setLevel(verbose ? Level.INFO : Level.WARNING);
    ROOT.addHandler(console);
    ROOT.setLevel(Level.WARNING);
    OURS.setLevel(Level.INFO);
    DJL.setLevel(verbose ? Level.WARNING : Level.SEVERE);
    ENGINE.setLevel(verbose ? Level.WARNING : Level.SEVERE);
  }

  /**
   * Sends log lines to a file as well, from INFO, with stack traces.
   *
   * @param file appended to
   * @param quiet whether standard error gets errors only from now on
   * @throws IOException if it cannot be written
   */
  public static void alsoTo(Path file, boolean quiet) throws IOException {
    if (quiet) {
      for (Handler handler : ROOT.getHandlers()) {
        handler.setLevel(Level.SEVERE);
      }
    }
    // FileHandler reads % as a pattern.
    FileHandler handler = new FileHandler(file.toString().replace("%", "%%"), true);
    handler.setEncoding("UTF-8");
    handler.setFormatter(new LogLines(true));
    handler.setLevel(Level.INFO);
    ROOT.addHandler(handler);
  }

  @Override
  public String format(LogRecord line) {
    StringBuilder text = new StringBuilder(160);
    text.append("time=").append(TIME.format(line.getInstant()));
    text.append(" level=").append(line.getLevel().getName());
    String name = line.getLoggerName();
    text.append(" logger=").append(name == null ? "" : name.substring(name.lastIndexOf('.') + 1));
    // Other libraries' lines may end in a line break, or have several.
    String message = formatMessage(line).strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    text.append(' ').append(PlainText.line(message));
    text.append(System.lineSeparator());
    Throwable thrown = line.getThrown();
    if (traces && thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      // A message with a line break in it must not begin a line of its own.
      trace
          .toString()
          .lines()
          .forEach(
              each ->
                  text.append("  ").append(PlainText.lines(each)).append(System.lineSeparator()));
    }
    return text.toString();
  }
}
