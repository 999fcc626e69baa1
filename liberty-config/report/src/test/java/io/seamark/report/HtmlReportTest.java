package io.seamark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.seamark.perception.ClassSet;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Moment;
import io.seamark.report.RunRecord.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
    assertTrue(html.contains("&#39;onload=alert(2)"));
    assertTrue(html.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\t' || c == 0x9B));
  }

  @Test
  @DisplayName("what is odd about the scores stands in the page and in the summary")
  void notes() throws IOException {
    assertTrue(page(RUN).contains("<b>Note</b>: no answer has class 2 (&lt;Pole&gt;), labelled"));
    assertEquals(
        "no answer has class 2 (<Pole>), labelled in 12 pixels",
        HtmlReport.summary(RUN).path("notes").path(0).asText());
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
            "rejected",
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
            new Verdict(Double.NaN, Double.NaN, Double.NaN, ""),
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
    assertEquals(0, HtmlReport.summary(empty).get("figures").get("frames").asInt());
  }

  @Test
  void summary() throws IOException {
    Path file = temp.resolve("summary.json");
    HtmlReport.writeSummary(file, RUN);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertEquals(0.412, json.at("/verdict/edge_at_start").asDouble());
    assertEquals(240, json.at("/figures/frames").asInt());
    assertEquals(240, json.at("/frames/edge_ms").size());
    assertTrue(json.at("/frames/cloud_ms/0").isNull());
    assertEquals("v2", json.at("/models/1/version").asText());
    assertTrue(json.at("/models/0/parent").isNull());
    assertTrue(json.at("/models/2/served_from_seconds").isNull());
    assertEquals(2, json.at("/figures/models_promoted").asInt());
    assertEquals(48, json.at("/domains/fog/frames").asInt());
    assertEquals("score_margin", json.at("/plugins/1/name").asText());
    assertFalse(HtmlReport.summary(RUN).has("frames"));
  }

  @Test
  @DisplayName("an album shows every domain, good and bad, and no more than it may")
  void album() {
    List<Moment> moments = RUN.moments();
    assertTrue(moments.size() >= 8 && moments.size() <= 10, "moments: " + moments.size());
    assertEquals(5, moments.stream().map(m -> m.figures().domain()).distinct().count());
    assertTrue(moments.stream().anyMatch(m -> !m.figures().hard()));
    for (int i = 1; i < moments.size(); i++) {
      assertTrue(moments.get(i - 1).figures().index() < moments.get(i).figures().index());
    }
  }

  @Test
  void albumKeepsTheGreatestAndTheLeastGain() {
    Album album = new Album(9);
    double[] gains = {0.1, 0.3, -0.2, 0.2, 0.05};
    Moment any = RUN.moments().get(0);
    for (int i = 0; i < gains.length; i++) {
      FrameFigures f =
          new FrameFigures(
              i, "f" + i, "d", i, 1, 1, true, 0.5, 0.6, 0.4, 0.4 + gains[i], 1, 1, "v1", 0, 0);
      if (album.wants(f)) {
        album.offer(new Moment(f, "", any.frame(), any.edge(), null, null, null));
      }
    }
    assertEquals(List.of(1, 2), album.moments().stream().map(m -> m.figures().index()).toList());
  }

  @Test
  void rollingMeanSkipsWhatIsUnknown() {
    double[] mean = Digest.rolling(new double[] {Double.NaN, 2, 4, Double.NaN, 8}, 3);
    assertTrue(Double.isNaN(mean[0]));
    assertEquals(2, mean[1]);
    assertEquals(3, mean[2]);
    assertEquals(3, mean[3]);
    assertEquals(6, mean[4]);
  }

  @Test
  void roundSteps() {
    assertEquals(List.of(0.0, 20.0, 40.0, 60.0, 80.0), Plot.steps(73));
    assertEquals(List.of(0.0, 0.5, 1.0), Plot.steps(1).stream().filter(t -> t % 0.5 == 0).toList());
  }
}
