package io.seamark.cli;

import io.seamark.text.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table of text: first column to the left, the others to the right. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table with a heading.
   *
   * @param heading one cell a column
   */
  public Table(String... heading) {
    rows.add(List.of(heading));
  }

  /**
   * Adds a row.
   *
   * @param cells as many as the heading has, each shown on one line
   * @return this
   */
  public Table row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "row has " + cells.length + " cells, but the heading has " + rows.get(0).size());
    }
    rows.add(Arrays.stream(cells).map(PlainText::line).toList());
    return this;
  }

  /**
   * Writes a figure.
   *
   * @param value any; NaN means unknown
   * @param digits after the point
   * @return {@code -} for NaN
   */
  public static String figure(double value, int digits) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
