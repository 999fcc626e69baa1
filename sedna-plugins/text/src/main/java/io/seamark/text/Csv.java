package io.seamark.text;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Tables of separated values (RFC 4180), lines ended by a line feed. A text that a spreadsheet
 * would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"): one that begins
 * with {@code = + - @}, a tab, a line break or their full-width forms and is no number. {@link
 * #text} takes it off again, so that what was written comes back.
 */
public final class Csv implements Closeable, Flushable {
  /** Values with commas between them. */
  public static final CSVFormat COMMAS = CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

  /** Values with blanks between them, as pandas writes with {@code sep=" "}. */
  public static final CSVFormat BLANKS = COMMAS.builder().setDelimiter(' ').get();

  private static final String STARTS = "=+\\-@\\t\\r\\n\uFF1D\uFF0B\uFF0D\uFF20";
  private static final Pattern FORMULA = Pattern.compile("'*[" + STARTS + "].*", Pattern.DOTALL);
  private static final Pattern MARKED = Pattern.compile("'+[" + STARTS + "].*", Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?|[+-]?(NaN|Infinity|inf|nan)");

  private final CSVPrinter printer;

  /**
   * A table to write.
   *
   * @param to where to write, closed with this
   * @param format {@link #COMMAS} or {@link #BLANKS}
   * @param heading names of the columns; none to write none
   * @throws IOException if it cannot be written
   */
  public Csv(Appendable to, CSVFormat format, String... heading) throws IOException {
    printer = new CSVPrinter(to, format);
    if (heading.length > 0) {
      row(List.of(heading));
    }
  }

  /**
   * Writes a row.
   *
   * @param cells texts, numbers and truth values
   * @throws IOException if it cannot be written
   */
  public void row(List<?> cells) throws IOException {
    List<Object> safe = new ArrayList<>(cells.size());
    for (Object cell : cells) {
      safe.add(cell instanceof Number || cell instanceof Boolean ? cell : cell(cell.toString()));
    }
    printer.printRecord(safe);
  }

  /**
   * A text as it stands in a cell.
   *
   * @param text any
   * @return the same, with an apostrophe before what a spreadsheet would compute
   */
  public static String cell(String text) {
    return FORMULA.matcher(text).matches() && !NUMBER.matcher(text).matches() ? "'" + text : text;
  }

  /**
   * The text that a cell was written from.
   *
   * @param cell as {@link #cell} gave it
   * @return the text
   */
  public static String text(String cell) {
    return MARKED.matcher(cell).matches() ? cell.substring(1) : cell;
  }

  @Override
  public void flush() throws IOException {
    printer.flush();
  }

  @Override
  public void close() throws IOException {
    printer.close();
  }
}
