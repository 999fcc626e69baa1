package io.seamark.text;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * Standard output or error with {@link PlainText}: a string that is printed as a line is one line,
 * and what is printed otherwise has the lines that it has.
 */
public final class PlainPrinter extends PrintWriter {
  /**
   * A printer, flushed with each line.
   *
   * @param to where to print
   */
  public PlainPrinter(PrintWriter to) {
    super(new PlainWriter(to), true);
  }

  @Override
  public void println(@Nullable String line) {
    super.println(PlainText.line(String.valueOf(line)));
  }
}
