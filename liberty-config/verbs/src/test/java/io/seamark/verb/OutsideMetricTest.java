package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.bench.ExampleJob;
import io.seamark.cli.Seamark;
import io.seamark.text.Csv;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutsideMetricTest {
  /** Counts the labelled pixels, in units of a hyperparameter. */
  static final String SOURCE =
      """
      package counted;
      import io.seamark.perception.ConfusionMatrix;
      import io.seamark.plugin.*;
      public final class Plugin implements PluginProvider<Metric, Plugin.Parameters> {
        public record Parameters(
            @Hyperparameter(text = "Pixels of one unit.", defaultValue = "1", min = 1, max = 1e6)
            int unit) {}
        @Override public PluginKind<Metric> kind() { return PluginKind.METRIC; }
        @Override public String name() { return "labelled_pixels"; }
        @Override public String text() { return "Counts what was scored."; }
        @Override public Class<Parameters> hyperparameters() { return Parameters.class; }
        @Override public Metric create(Parameters parameters, PluginContext context) {
          return counts -> {
            long all = 0;
            for (int t = 0; t < counts.classes(); t++) {
              for (int p = 0; p < counts.classes(); p++) { all += counts.count(t, p); }
            }
            return (double) all / parameters.unit();
          };
        }
      }
      """;

  @TempDir Path folder = Path.of("");

  private static List<List<String>> rows(Path file) throws IOException {
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, Csv.BLANKS)) {
      return parser.stream().map(CSVRecord::toList).toList();
    }
  }

  @Test
  @DisplayName("a metric from a jar gets a column of the rank files by configuration alone")
  void column() throws IOException {
    Path plugins = OutsidePlugin.jar(folder, "counted", SOURCE, List.of("Plugin"));
    Path job = new ExampleJob(96, 64, 8).write(folder.resolve("job"));
    Path testenv = job.resolveSibling("testenv.yaml");
    String env = Files.readString(testenv).replace("hard-example-mining", "no-inference");
    Files.writeString(
        testenv,
        env.replace(
            "- name: \"accuracy\"\n    - name: \"task_avg_acc\"",
            "- name: \"accuracy\"\n    - name: \"labelled_pixels\""));
    Path algorithm = job.resolveSibling("algorithm.yaml");
    Files.writeString(
        algorithm,
        Files.readString(algorithm)
            .replace(
                "    - type: \"unseen_sample_recognition\"\n      name: \"score_margin\"\n", ""));
    Path ranked = job.resolveSibling("benchmarkingjob.yaml");
    Files.writeString(
        ranked,
        Files.readString(ranked)
            .replace("\"task_avg_acc\"", "\"labelled_pixels\"")
            .replace("{ \"BWT\": \"descend\" }", "{ \"labelled_pixels\": \"ascend\" }"));
    StringWriter err = new StringWriter();
    int status =
        Seamark.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "bench",
            job.toString(),
            "--plugins",
            plugins.toString(),
            "--set",
            "metric.labelled_pixels.unit=64",
            "--set",
            "seamark.metric=mean_iou,pixel_accuracy");
    assertEquals(0, status, err::toString);
    for (String name : List.of("all_rank.csv", "selected_rank.csv")) {
      List<List<String>> rows = rows(job.resolveSibling("workspace/street/rank/" + name));
      int column = rows.get(0).indexOf("labelled_pixels");
      assertTrue(column > 0, rows.get(0)::toString);
      // Test frames of 96x64, each pixel of which has a label.
      double units = Double.parseDouble(rows.get(1).get(column));
      assertTrue(units > 0 && units <= 4 * 96, rows.get(1)::toString);
    }
    List<List<String>> all = rows(job.resolveSibling("workspace/street/rank/all_rank.csv"));
    assertEquals(
        all.get(1).get(all.get(0).indexOf("accuracy")),
        all.get(1).get(all.get(0).indexOf("mean_iou")));
    double pixels = Double.parseDouble(all.get(1).get(all.get(0).indexOf("pixel_accuracy")));
    assertTrue(pixels > 0 && pixels <= 1, all::toString);
  }
}
