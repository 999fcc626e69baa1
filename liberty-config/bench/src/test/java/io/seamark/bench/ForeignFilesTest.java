package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.bench.IanvsJob.Ranking;
import io.seamark.durable.OutputFolder;
import io.seamark.ianvs.YamlSection;
import io.seamark.text.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a job that other programs and editors wrote. */
class ForeignFilesTest {
  private static final String RANK = "rank/all_rank.csv";

  @TempDir private Path folder = Path.of("");

  private static CaseResult result(String algorithm, String value, String time) {
    return new CaseResult(
        "key" + time,
        algorithm,
        Map.of("accuracy", -0.5),
        "lifelonglearning",
        Map.of("basemodel", "=cmd()"),
        Map.of("basemodel-@rate", value),
        Map.of(),
        time,
        "/job/" + time,
        "Random",
        List.of(),
        null,
        List.of());
  }

  private List<List<String>> cells(String file) throws IOException {
    try (CSVParser parser =
        CSVParser.parse(folder.resolve(file), StandardCharsets.UTF_8, Csv.BLANKS)) {
      return parser.stream().map(CSVRecord::toList).toList();
    }
  }

  private void write(List<CaseResult> results) throws IOException {
    List<String> all = List.of("all");
    try (OutputFolder job = OutputFolder.open(folder, Map.of())) {
      new RankFiles(
              job,
              new Ranking(Map.of("accuracy", false), all, all, all, all, true, false),
              line -> {})
          .write(results);
    }
  }

  @Test
  @DisplayName("no name of a job becomes a formula, and reading the file again changes nothing")
  void formulas() throws IOException {
    write(List.of(result("=1+1", "-2+3", "2026-01-01 00:00:00")));
    for (List<String> row : cells(RANK)) {
      for (String cell : row) {
        assertEquals(cell, Csv.cell(Csv.text(cell)));
      }
    }
    assertEquals(
        List.of("1", "'=1+1", "-0.5", "lifelonglearning", "'=cmd()", "'-2+3"),
        cells(RANK).get(1).subList(0, 6));
    Set<String> first = new HashSet<>(cells(RANK).get(1));
    // The row is taken over from the file, not from a result.
    write(List.of());
    assertEquals(first, new HashSet<>(cells(RANK).get(1)));
    write(List.of(result("-x", "@y", "2026-01-02 00:00:00")));
    List<String> algorithms = new ArrayList<>();
    cells(RANK).forEach(row -> algorithms.add(Csv.text(row.get(1))));
    assertEquals(3, algorithms.size());
    assertTrue(algorithms.containsAll(List.of("algorithm", "=1+1", "-x")), algorithms.toString());
  }

  @Test
  @DisplayName("a rank file with a byte-order mark is read as one without")
  void rankFile() throws IOException {
    String text = "\ufeffrank algorithm accuracy time url\n1 rfnet 0.5 then there\n";
    Files.createDirectory(folder.resolve("rank"));
    Files.writeString(folder.resolve(RANK), text);
    write(List.of());
    assertEquals(
        "rank algorithm paradigm accuracy time url\n1 rfnet NaN 0.5 then there\n",
        Files.readString(folder.resolve(RANK)));

    byte[] wide = text.getBytes(StandardCharsets.UTF_16LE);
    Files.write(folder.resolve(RANK), wide);
    IOException refused = assertThrows(IOException.class, () -> write(List.of()));
    assertTrue(String.valueOf(refused.getMessage()).contains("UTF-16"), refused.getMessage());
    assertEquals(wide.length, Files.size(folder.resolve(RANK)));
  }

  @Test
  @DisplayName("an index with a byte-order mark is read; other encodings are named")
  void index() throws IOException {
    Files.write(folder.resolve("a.png"), new byte[1]);
    Files.write(folder.resolve("b.png"), new byte[1]);
    Path index = Files.writeString(folder.resolve("index.txt"), "\ufeffa.png b.png\r\n");
    List<String> failures = new ArrayList<>();
    assertEquals(1, SampleIndex.read(index, failures).entries().size());
    assertEquals(List.of(), failures);
    assertEquals("a.png b.png", SampleIndex.read(index, failures).entries().get(0).line());

    Files.write(index, "a.png b.png\na.png \u00fc.png\n".getBytes(StandardCharsets.ISO_8859_1));
    SampleIndex.read(index, failures);
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("line 2 holds a byte 0xFC"), failures.get(0));
    failures.clear();
    Files.write(index, "a.png b.png\n".getBytes(StandardCharsets.UTF_16));
    SampleIndex.read(index, failures);
    assertEquals(
        index + " cannot be read: it is UTF-16, but must be UTF-8: save it as that",
        failures.get(0));
  }

  @Test
  @DisplayName("a YAML file with a byte-order mark is read; other encodings are named")
  void yaml() throws IOException {
    Path file = Files.writeString(folder.resolve("testenv.yaml"), "\ufefftestenv: {a: 1}\n");
    List<String> failures = new ArrayList<>();
    YamlSection.read(file, "testenv", failures);
    assertEquals(List.of(), failures);
    Files.write(file, "testenv: {a: 1}\n".getBytes(StandardCharsets.UTF_16BE));
    YamlSection.read(file, "testenv", failures);
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("it is UTF-16"), failures.get(0));
  }
}
