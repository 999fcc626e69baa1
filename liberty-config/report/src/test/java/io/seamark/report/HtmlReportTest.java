package io.seamark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.chart.TimePlot;
import io.seamark.chart.TimePlot.Hue;
import io.seamark.knowledge.model.Verdict;
import io.seamark.perception.ClassSet;
import io.seamark.report.RunDetails.MetricFigures;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Outcome;
import io.seamark.report.RunRecord.PluginChoice;
import io.seamark.report.RunRecord.ServedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  private static final RunRecord RUN = SyntheticRun.record();

  @TempDir Path temp = Path.of("");

  private String page(RunRecord run) throws IOException {
    Path file = temp.resolve("report.html");
    HtmlReport.write(file, run);
    return Files.readString(file);
  }

  @Test
  @DisplayName("the page loads nothing from elsewhere and runs no script")
  void selfContained() throws IOException {
    String html = page(RUN);
    Matcher source = Pattern.compile("(?:src|href)=\"(.{0,20})").matcher(html);
    int pictures = 0;
    while (source.find()) {
      assertTrue(source.group(1).startsWith("data:image/"), source.group());
      pictures++;
    }
    assertTrue(pictures >= 8 * 3, "pictures: " + pictures);
    assertFalse(html.contains("http://") || html.contains("https://") || html.contains("@import"));
    assertFalse(html.contains("<script"));
    assertTrue(html.length() < 3_000_000, "size " + html.length());
  }

  @Test
  void whatComesFromOutsideIsEscaped() throws IOException {
    String html = page(RUN);
    assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assertTrue(html.contains("Street from day to fog &lt;seed 42&gt;"));
    assertTrue(html.contains("a name &amp; a reason with &quot;quotes&quot;"));
    assertTrue(html.contains("esc\\u001b[2J\\u0000\\u202e\\u009b"));
    assertTrue(html.contains("&#39;onload&#x3D;alert(2)"));
    assertTrue(html.chars().noneMatch(c -> (c < ' ' && c != '\n' && c != '\t') || c == 0x9B));
  }

  @Test
  @DisplayName("names in the plots are text as well, and steer nothing")
  void namesInPlots() throws IOException {
    String hostile = "</title><script>x\u001b`&'\" onload=\"y";
    ServedModel model =
        new ServedModel(SyntheticRun.model("v2", "v1", Verdict.ACCEPTED, hostile, null, null), 12);
    List<FrameFigures> frames = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String domain = i < 20 ? hostile : "day";
      frames.add(
          new FrameFigures(
              i, hostile, domain, i, 1, 1, true, 0.5, 0.6, 0.4, 0.5, 1, 1, hostile, 0.5, 200));
    }
    RunRecord run =
        new RunRecord(
            hostile,
            Instant.EPOCH,
            40,
            Map.of(hostile, hostile),
            ClassSet.CAMVID,
            new Outcome(0.4, 0.5, 0.5, hostile),
            List.of(),
            frames,
            List.of(),
            List.of(model),
            List.of(),
            List.of(new PluginChoice(hostile, hostile, Map.of(hostile, hostile))),
            List.of(hostile));
    String html = page(run);
    assertTrue(
        html.contains(
            "&lt;/title&gt;&lt;script&gt;x\\u001b&#x60;&amp;&#39;&quot; onload&#x3D;&quot;y"));
    assertFalse(html.contains("<script"));
    assertFalse(html.contains("\" onload"));
    assertFalse(html.contains("\u001b"));
    assertEquals(7, html.split("<svg", -1).length - 1);
  }

  @Test
  @DisplayName("what is odd about the scores stands in the page")
  void notes() throws IOException {
    assertTrue(page(RUN).contains("<b>Note</b>: no answer has class 2 (&lt;Pole&gt;), labelled"));
  }

  @Test
  void everyPartIsThere() throws IOException {
    String html = page(RUN);
    for (String part :
        List.of(
            "Did it pay?",
            "41.2",
            "55.3",
            "56.1",
            "+14.1",
            "Summary",
            "By condition",
            "Over time",
            "Quality",
            "Hard frames",
            "Latency",
            "Traffic",
            "Processor",
            "Memory",
            "Bicyclist",
            "Edge models",
            "promoted",
            "rejected",
            "agreement over views",
            "Loss over the seconds of 300 steps.",
            "Bad frames",
            "truncated JPEG",
            "Configuration",
            "points-per-side")) {
      assertTrue(html.contains(part), part);
    }
    String words = html.replaceAll("data:image/[^\"]+", "");
    assertFalse(words.contains("NaN"));
    assertFalse(words.contains("Infinity"));
  }

  @Test
  @DisplayName("a run without frames, labels, models and pictures still makes a page")
  void emptyRun() throws IOException {
    RunRecord empty =
        new RunRecord(
            "nothing",
            Instant.EPOCH,
            0,
            Map.of(),
            ClassSet.CAMVID,
            new Outcome(Double.NaN, Double.NaN, Double.NaN, ""),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    String html = page(empty);
    assertTrue(html.contains("could not be scored"));
    assertFalse(html.contains("NaN"));
    assertEquals(0, RunFigures.figures(empty).get(0).value());
    assertTrue(
        new ObjectMapper().valueToTree(RunDetails.of(empty, Map.of())).path("domains").isEmpty());
  }

  @Test
  @DisplayName(
      "the details have what a run's summary.json takes from them, unknown figures as null")
  void details() {
    Map<String, MetricFigures> metrics = Map.of("mean_iou", MetricFigures.of(0.5, Double.NaN));
    JsonNode json = new ObjectMapper().valueToTree(RunDetails.of(RUN, metrics));
    assertEquals("2026-03-05T14:21:09Z", json.path("started").asText());
    assertEquals("v2", json.at("/models/1/version").asText());
    assertTrue(json.at("/models/0/parent").isNull());
    assertTrue(json.at("/models/2/served_from_seconds").isNull());
    assertEquals("promoted", json.at("/models/1/verdict").asText());
    assertEquals(
        new ObjectMapper()
            .valueToTree(
                Map.of(
                    "agreement over views", 0.581,
                    "its parent's", 0.432,
                    "retained frames", 0.716,
                    "its parent's, retained", 0.721)),
        json.at("/models/1/evaluation"));
    assertEquals(2, json.at("/models/2/evaluation").size());
    assertTrue(json.at("/models/0/evaluation").isEmpty());
    assertEquals(0.5, json.at("/metrics/mean_iou/edge").asDouble());
    assertTrue(json.at("/metrics/mean_iou/system").isNull());
    assertEquals(48, json.at("/domains/fog/frames").asInt());
    assertTrue(json.at("/domains/fog/miou_edge").isNumber());
    assertEquals("score_margin", json.at("/plugins/1/name").asText());
    assertEquals("0.6", json.at("/plugins/1/values/threshold").asText());
    assertEquals("<script>alert(1)</script>", json.at("/bad_frames/1/id").asText());
    assertEquals("42", json.at("/setup/Seed").asText());
    assertEquals(
        List.of("started", "domains", "models", "bad_frames", "setup", "plugins", "metrics"),
        json.properties().stream().map(Map.Entry::getKey).toList());
  }

  @Test
  @DisplayName("figures are those of the frames")
  void figures() {
    Map<String, Double> figures = new HashMap<>();
    RunFigures.figures(RUN).forEach(f -> figures.put(f.key(), f.value()));
    assertEquals(240, figures.get("frames"));
    assertEquals(3, figures.get("bad_frames"));
    assertEquals(3, figures.get("models_judged"));
    assertEquals(2, figures.get("models_promoted"));
    assertEquals(0.46, figures.get("upload_of_all"));
  }

  @Test
  void rollingMeanSkipsWhatIsUnknown() {
    double[] mean = RunFigures.rolling(new double[] {Double.NaN, 2, 4, Double.NaN, 8}, 3);
    assertTrue(Double.isNaN(mean[0]));
    assertEquals(2, mean[1]);
    assertEquals(3, mean[2]);
    assertEquals(3, mean[3]);
    assertEquals(6, mean[4]);
  }

  @Test
  @DisplayName("a plot draws what is known and stays within its values")
  void plots() throws IOException {
    double[] x = {0, 1, 2, 3};
    TimePlot plot =
        new TimePlot("T", "Text.", 3, List.of(), List.of())
            .logarithmic()
            .dots("some", x, new double[] {Double.NaN, 0, 20, 300}, Hue.EDGE)
            .dots("none", x, new double[] {Double.NaN, Double.NaN, -1, 0}, Hue.CLOUD);
    assertEquals(List.of("some"), plot.series().stream().map(TimePlot.Series::name).toList());
    String svg = plot.svg("a-");
    assertEquals(2, svg.split("<circle", -1).length - 1);
    assertTrue(svg.startsWith("<svg"));
    assertTrue(svg.contains("<title") && svg.contains("<desc"));
    assertFalse(svg.contains("NaN") || svg.contains("Infinity") || svg.contains("http"));
    Matcher ids = Pattern.compile("url\\(#([^)]+)\\)").matcher(svg);
    while (ids.find()) {
      assertTrue(ids.group(1).startsWith("a-"), ids.group(1));
    }
  }

  @Test
  @DisplayName("very many values are drawn as means of neighbours")
  void manyValues() {
    double[] values = new double[6000];
    Arrays.setAll(values, i -> i);
    TimePlot plot =
        new TimePlot("T", "", 1, List.of(), List.of()).line("l", values, values, Hue.EDGE);
    assertEquals(600, plot.series().get(0).y().length);
    assertEquals(4.5, plot.series().get(0).y()[0]);
  }
}
