package io.seamark.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CsvTest {
  private static final List<String> TEXTS =
      List.of(
          "=1+1",
          "+1+1",
          "-2+3",
          "@SUM(A1)",
          "\t=1",
          "\r=1",
          "\n=1",
          "＝1",
          "'=1+1",
          "''=1+1",
          "'quoted'",
          "-1.5",
          "-1.5e-7",
          "-inf",
          "a,b",
          "a b",
          "say \"so\"",
          "two\nlines",
          "",
          "中文",
          "-",
          "=");

  @Test
  @DisplayName("what a spreadsheet would compute gets an apostrophe, and a number stays one")
  void formulas() {
    for (String text : List.of("=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-")) {
      assertEquals("'" + text, Csv.cell(text));
    }
    for (String text : List.of("-1.5", "+3", "-2e-9", "NaN", "-Infinity", "a=1", "day", "")) {
      assertEquals(text, Csv.cell(text));
    }
  }

  @Test
  @DisplayName("every text comes back as it was, with commas and with blanks between")
  void reversible() throws IOException {
    for (CSVFormat format : List.of(Csv.COMMAS, Csv.BLANKS)) {
      StringBuilder out = new StringBuilder();
      try (Csv csv = new Csv(out, format, "text", "number", "truth")) {
        for (String text : TEXTS) {
          csv.row(List.of(text, -0.5, true));
        }
      }
      List<String> back = new ArrayList<>();
      try (CSVParser parser = CSVParser.parse(out.toString(), format)) {
        for (CSVRecord record : parser) {
          back.add(Csv.text(record.get(0)));
          assertEquals(3, record.size());
        }
      }
      assertEquals("text", back.remove(0));
      assertEquals(TEXTS, back);
    }
  }
}
