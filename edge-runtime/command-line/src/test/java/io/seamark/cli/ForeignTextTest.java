package io.seamark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.imaging.Images;
import io.seamark.text.Csv;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, languages and encodings that are not ours. */
class ForeignTextTest {
  private static final List<String> NAMES =
      List.of(
          "plain",
          "esc\u001b[2J\u001b]0;owned\u0007",
          "line\nskipped other: forged",
          "=1+1",
          "@SUM(A1)",
          "-2+3",
          "<script>alert(1)<",
          "a b=c \"d\" level=ERROR",
          "comma,quote'");

  @TempDir Path folder = Path.of("");

  private record Ran(int status, String out, String err) {}

  private static Ran seamark(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Ran(status, out.toString(), err.toString());
  }

  private static void assertPlain(String text) {
    assertTrue(
        text.chars().noneMatch(c -> (c < ' ' && c != '\n') || c == 0x7F || (c >= 0x80 && c < 0xA0)),
        text);
  }

  private Path images() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < NAMES.size(); i++) {
      String name = NAMES.get(i);
      Files.write(images.resolve(name + ".jpg"), Images.encodeJpeg(CliFixtures.frame(i), 0.9f));
      Files.writeString(images.resolve("no image " + name + ".png"), "no image");
    }
    return images;
  }

  @Test
  @DisplayName("no file name steers the terminal, forges a line, or becomes a formula")
  void hostileNames() throws IOException {
    Path out = folder.resolve("out");
    Path model = CliFixtures.model(folder, "rfnet", 1);
    Ran ran =
        seamark(
            "predict",
            "--images",
            images(),
            "--edge-model",
            model,
            "--hem",
            "score_margin",
            "--out",
            out,
            "--json");
    assertEquals(0, ran.status(), ran.err());
    assertPlain(ran.out());
    assertPlain(ran.err());
    List<String> skipped = ran.err().lines().filter(l -> l.startsWith("skipped ")).toList();
    assertEquals(NAMES.size(), skipped.size(), ran.err());
    assertTrue(skipped.stream().allMatch(l -> l.startsWith("skipped no image ")), ran.err());
    assertTrue(ran.err().contains("esc\\u001b[2J\\u001b]0;owned\\u0007"), ran.err());
    assertTrue(ran.err().contains("line\\u000askipped other: forged"), ran.err());
    List<String> lines = ran.out().lines().toList();
    JsonNode json = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertEquals(NAMES.size(), json.path("images").asInt());

    Set<String> ids = new HashSet<>();
    try (CSVParser parser =
        CSVParser.parse(out.resolve("decisions.csv"), StandardCharsets.UTF_8, Csv.COMMAS)) {
      for (CSVRecord row : parser) {
        assertEquals(5, row.size());
        assertTrue(row.get(0).matches("(?s)[^=+@-].*"), row.get(0));
        ids.add(Csv.text(row.get(0)));
      }
    }
    assertTrue(ids.remove("image"));
    assertEquals(new HashSet<>(NAMES), ids);
  }

  @Test
  @DisplayName("an argument of any kind is refused in one plain line, with its trace too")
  void hostileArguments() {
    for (String name : NAMES) {
      Ran ran = seamark("predict", "--images", folder.resolve("none").resolve(name));
      assertEquals(2, ran.status());
      assertEquals(1, ran.err().lines().count(), ran.err());
      assertPlain(ran.err());
      Ran traced = seamark("predict", "--frob" + name, "--verbose");
      assertEquals(2, traced.status());
      assertPlain(traced.err().replace("\t", ""));
    }
  }

  @Test
  @DisplayName("a log line is one line, and what its exception says is indented")
  void logLines() {
    LogRecord record = new LogRecord(Level.WARNING, "event=x reason=\"a\"\nevent=forged \u001b[0m");
    record.setLoggerName("io.seamark.Some");
    record.setThrown(new IOException("a\ntime=2026 level=INFO event=forged\u001b"));
    List<String> lines = new LogLines(true).format(record).lines().toList();
    assertTrue(
        lines
            .get(0)
            .endsWith("level=WARNING logger=Some event=x reason=\"a\" event=forged \\u001b[0m"),
        lines.get(0));
    assertTrue(lines.size() > 2);
    lines.subList(1, lines.size()).forEach(line -> assertTrue(line.startsWith("  "), line));
    lines.forEach(line -> assertPlain(line.replace("\t", "")));
    assertEquals(1, new LogLines(false).format(record).lines().count());
  }

  @Test
  @DisplayName("figures have one locale, whatever the machine's is")
  void locale() throws IOException {
    Locale before = Locale.getDefault();
    Path images = images();
    Path model = CliFixtures.model(folder, "rfnet", 1);
    try {
      for (String tag : List.of("ar-EG", "de-DE", "hi-IN-u-nu-deva", "tr-TR", "th-TH-u-nu-thai")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        Ran ran =
            seamark(
                "predict",
                "--images",
                images,
                "--edge-model",
                model,
                "--select",
                "plain",
                "--out",
                folder.resolve("out"),
                "--json");
        assertEquals(0, ran.status(), ran.err());
        assertTrue(ran.out().contains("1 images labelled, 0 skipped"), ran.out());
        assertTrue(ran.out().chars().noneMatch(c -> c > '9' && Character.isDigit(c)), ran.out());
        assertTrue(ran.out().lines().anyMatch(l -> l.matches("infer +\\d+\\.\\d\\d")), ran.out());
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private Ran describe(byte[] properties) throws IOException {
    Path file = Files.write(folder.resolve("seamark.properties"), properties);
    return seamark("plugins", "describe", "score_margin", "--config", file);
  }

  @Test
  @DisplayName("a configuration file may have a byte-order mark; other encodings are named")
  void encodings() throws IOException {
    String text = "hard_example_mining.score_margin.threshold=0.25\n# ü\n";
    for (String mark : List.of("", "\ufeff")) {
      Ran ran = describe((mark + text).getBytes(StandardCharsets.UTF_8));
      assertTrue(ran.out().contains("configured: 0.25"), ran.err());
    }
    Ran latin = describe(text.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(2, latin.status());
    assertTrue(
        latin.err().contains("seamark.properties cannot be read: line 2 holds a byte 0xFC"),
        latin.err());
    Ran wide = describe(text.getBytes(StandardCharsets.UTF_16));
    assertTrue(wide.err().contains("it is UTF-16, but must be UTF-8"), wide.err());
    Ran wideLittle = describe(text.getBytes(Charset.forName("UTF-16LE")));
    assertTrue(wideLittle.err().contains("it is UTF-16, but must be UTF-8"), wideLittle.err());
    Ran escape = describe("a=\\u12\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(2, escape.status());
    assertTrue(escape.err().contains("seamark.properties cannot be read"), escape.err());
  }

  @Test
  @DisplayName("an algorithm file may have a byte-order mark; other encodings are named")
  void algorithm() throws IOException {
    String text = "algorithm: {modules: [{type: hard_example_mining, name: Random}]} # ü\n";
    Path file = folder.resolve("algorithm.yaml");
    Files.writeString(file, "\ufeff" + text);
    Ran good = seamark("plugins", "list", "--algorithm", file, "--json");
    assertEquals(0, good.status(), good.err());
    for (Charset other : List.of(StandardCharsets.UTF_16, StandardCharsets.ISO_8859_1)) {
      Files.write(file, text.getBytes(other));
      Ran bad = seamark("plugins", "list", "--algorithm", file);
      assertEquals(2, bad.status());
      assertTrue(bad.err().contains(file + " cannot be read: "), bad.err());
      assertTrue(bad.err().contains("UTF-8"), bad.err());
    }
  }

  @Test
  @DisplayName("where names are not UTF-8 a failure says so, and what helps")
  void nameEncoding() {
    String posix = "ANSI_X3.4-1968";
    IOException thrown = new IOException("");
    assertEquals("", NameEncoding.hint(thrown, "m\u00fcller does not exist", "UTF-8"));
    assertEquals("", NameEncoding.hint(thrown, "miller does not exist", posix));
    for (String shown : List.of("m??ller", "m\ufffd\ufffdller", "m\u00fcller")) {
      assertTrue(
          NameEncoding.hint(thrown, shown + " does not exist", posix)
              .contains("file names are ANSI_X3.4-1968 here"));
    }
    assertTrue(
        NameEncoding.hint(new InvalidPathException("x", "unmappable"), "x", posix)
            .contains("set LC_ALL=C.UTF-8"));
  }
}
