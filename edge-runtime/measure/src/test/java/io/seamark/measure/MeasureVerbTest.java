package io.seamark.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.cli.Seamark;
import io.seamark.measure.Measurement.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureVerbTest {
  @TempDir Path folder = Path.of("");

  private record Ran(int status, String out, String err) {}

  private static Ran run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Seamark.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Ran(status, out.toString(), err.toString());
  }

  private Ran measure(String name, String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "measure",
                "--set",
                "sample_source.procedural_street.frames=12",
                "--warm-up",
                "2",
                "--out",
                folder.resolve(name).toString()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  @DisplayName("every counted frame is in every stage, and the file reads back as it was")
  void measures() throws IOException {
    Ran ran = measure("a", "--label", "A <b>", "--frames", "8", "--hem", "EdgeOnly");
    assertEquals(0, ran.status(), ran.err());
    Measurement read = ReportVerb.read(folder.resolve("a").resolve("measure.json"));
    assertEquals(8, read.stream().frames());
    assertEquals(0, read.stream().skipped());
    assertEquals(240, read.stream().width());
    assertEquals(0, read.traffic().bytesUp());
    for (String stage : List.of("capture", "inference", "mining", "answer")) {
      Stage found = read.stages().get(stage);
      assertTrue(found != null && found.count() == 8, stage + ": " + read.stages());
      assertTrue(found.p50() <= found.p99() && found.p99() <= found.max(), found.toString());
    }
    assertFalse(read.stages().containsKey("cloud"));
    Stage answer = read.stages().get("answer");
    Stage inference = read.stages().get("inference");
    assertTrue(answer != null && inference != null && answer.mean() >= inference.mean());
    String page = Files.readString(folder.resolve("a").resolve("measure.html"));
    assertTrue(page.contains("A &lt;b&gt;"), "the label is escaped");
    assertFalse(page.contains("http://") || page.contains("https://"), "the page loads nothing");
  }

  @Test
  @DisplayName("two are put side by side, and where they differ is said")
  void compares() throws IOException {
    assertEquals(0, measure("a", "--label", "A", "--frames", "4").status());
    assertEquals(0, measure("b", "--label", "B", "--frames", "6", "--fps", "50").status());
    Path page = folder.resolve("both.html");
    Ran ran =
        run(
            "report",
            "--compare",
            folder.resolve("a").toString(),
            folder.resolve("b").resolve("measure.json").toString(),
            "--out",
            page.toString());
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.out().contains("answer, median (ms)"), ran.out());
    assertTrue(ran.out().contains("the two differ in the number of frames: 4 and 6"), ran.out());
    assertTrue(ran.out().contains("the two differ in the frame rate: 0.0 and 50.0"), ran.out());
    assertFalse(ran.out().contains("edge model:"), ran.out());
    assertTrue(Files.readString(page).contains("second to first"));
    Ran again =
        run(
            "report",
            "--compare",
            folder.resolve("a").toString(),
            folder.resolve("a").toString(),
            "--out",
            page.toString());
    assertEquals(2, again.status());
    assertTrue(again.err().contains("exists already"), again.err());
  }

  @Test
  @DisplayName("at a rate the stream takes as long as its frames")
  void paces() {
    Ran ran = measure("a", "--frames", "6", "--fps", "20");
    assertEquals(0, ran.status(), ran.err());
    Measurement read = ReportVerb.read(folder.resolve("a").resolve("measure.json"));
    assertTrue(read.stream().seconds() >= 5 / 20.0, read.stream().toString());
  }

  @Test
  @DisplayName("what is wrong is named with its rule")
  void refuses() throws IOException {
    assertRefused("--frames is 0, but must be from 1 to 1000000", measure("a", "--frames", "0"));
    assertRefused("--fps is -1.0, but must be from 0 to 1000", measure("a", "--fps=-1"));
    Ran none =
        run(
            "measure",
            "--set",
            "sample_source.procedural_street.frames=3",
            "--out",
            folder.resolve("none").toString());
    assertEquals(1, none.status());
    assertTrue(none.err().contains("no frame was counted"), none.err());
    Path foreign = Files.writeString(folder.resolve("x.json"), "{\"format\":\"other\"}");
    assertRefused(
        "format is 'other', but only 'seamark-measurement/1' is known",
        run("report", "--compare", foreign.toString(), foreign.toString()));
    Path broken = Files.writeString(folder.resolve("y.json"), "[1");
    assertRefused(
        "y.json is no measurement of 'seamark measure'",
        run("report", "--compare", broken.toString(), broken.toString()));
    assertRefused(
        "nothing.json does not exist",
        run("report", "--compare", folder.resolve("nothing.json").toString(), "b"));
  }

  private static void assertRefused(String expected, Ran ran) {
    assertEquals(2, ran.status(), ran.err());
    assertTrue(ran.err().contains(expected), ran.err());
  }
}
