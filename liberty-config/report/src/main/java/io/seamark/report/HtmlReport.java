package io.seamark.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.durable.DurableFiles;
import io.seamark.imaging.Palette;
import io.seamark.perception.ClassMap;
import io.seamark.perception.SegmentMask;
import io.seamark.report.RunRecord.Figure;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.ModelVersion;
import io.seamark.report.RunRecord.Moment;
import io.seamark.report.RunRecord.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Writes what a run showed: a page for people, in one file that needs nothing else and loads
 * nothing, and a summary for programs.
 */
public final class HtmlReport {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final int MOST_BANDS = 12;
  private static final int MOST_BAD = 50;

  private final RunRecord run;
  private final StringBuilder out = new StringBuilder(1 << 16);

  private HtmlReport(RunRecord run) {
    this.run = run;
  }

  /**
   * Writes the page.
   *
   * @param file to write, replaced if it is there
   * @param run what to tell
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, RunRecord run) throws IOException {
    DurableFiles.replace(file, page(run));
  }

  /**
   * The page.
   *
   * @param run what to tell
   * @return HTML in UTF-8, with everything in it that it needs
   * @throws IOException if a picture cannot be encoded
   */
  public static byte[] page(RunRecord run) throws IOException {
    HtmlReport report = new HtmlReport(run);
    report.page();
    return report.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Writes the summary as JSON: verdict, figures, domains, models, bad frames, configuration, and
   * one array of values for each figure of the frames. Unknown figures are null.
   *
   * @param file to write, replaced if it is there
   * @param run what to tell
   * @throws IOException if the file cannot be written
   */
  public static void writeSummary(Path file, RunRecord run) throws IOException {
    byte[] json =
        new ObjectMapper()
            .writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(SummaryJson.of(run, true));
    DurableFiles.replace(file, json);
  }

  /**
   * The summary without the figures of single frames, as a command line prints it.
   *
   * @param run what to tell
   * @return a JSON object
   */
  public static ObjectNode summary(RunRecord run) {
    return SummaryJson.of(run, false);
  }

  private void page() throws IOException {
    String title = Text.escape(run.title());
    out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
        .append(" img-src data:; style-src 'unsafe-inline'\">\n<title>")
        .append(title)
        .append(" – Seamark report</title>\n<style>\n")
        .append(style())
        .append(
            "</style></head>\n<body>\n<header><div class=\"brand\">Seamark run report</div><h1>")
        .append(title)
        .append("</h1><p>")
        .append(Text.escape(DATE.format(run.started())))
        .append(" · ")
        .append(run.frames().size())
        .append(" frames in ")
        .append(Text.seconds(run.seconds()))
        .append("</p></header>\n<main>\n");
    verdict();
    summary();
    plots();
    moments();
    models();
    badFrames();
    configuration();
    out.append("</main>\n<footer>One self-contained file: it loads nothing and can be kept or")
        .append(" sent on as it is.</footer>\n</body></html>\n");
  }

  private static String style() throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IOException("report.css is missing from the installation");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void heading(String title, String lead) {
    out.append("<section><h2>").append(Text.escape(title)).append("</h2>\n");
    if (!lead.isEmpty()) {
      out.append("<p class=\"lead\">").append(Text.escape(lead)).append("</p>\n");
    }
  }

  // ---- verdict ----

  private void verdict() {
    Verdict v = run.verdict();
    heading("Did it pay?", sentence(v));
    out.append("<div class=\"cards\">");
    card(
        "Edge alone, at the start",
        v.edgeAtStart(),
        Double.NaN,
        "the small model as it was delivered");
    card(
        "Cloud's fused answers",
        v.fused(),
        v.edgeAtStart(),
        "exact masks, named by the edge's own scores");
    card(
        "Edge alone, after the update",
        v.edgeAfterUpdate(),
        v.edgeAtStart(),
        "the small model, trained on those answers");
    out.append("</div>\n<p class=\"note\">mIoU (mean intersection over union, higher is better)");
    if (!v.measuredOn().isEmpty()) {
      out.append(", measured on ").append(Text.escape(v.measuredOn()));
    }
    out.append(
        ". Labels of the stream only score the answers; the models never learn from"
            + " them.</p>");
    for (String note : run.notes()) {
      out.append("\n<p><b>Note</b>: ").append(Text.escape(note)).append("</p>");
    }
    out.append("</section>\n");
  }

  private static String sentence(Verdict v) {
    if (Double.isNaN(v.edgeAtStart())) {
      return "The source brought no labels, so answers could not be scored.";
    }
    StringBuilder text = new StringBuilder();
    if (Double.isNaN(v.fused())) {
      text.append("No frame got an answer from the cloud. ");
    } else {
      text.append("The cloud's answers were ")
          .append(points(v.fused() - v.edgeAtStart()))
          .append(" the edge's own. ");
    }
    if (Double.isNaN(v.edgeAfterUpdate())) {
      text.append("No new model was promoted, so the edge kept the one it had.");
    } else {
      text.append("After training on them, the edge model alone is ")
          .append(points(v.edgeAfterUpdate() - v.edgeAtStart()))
          .append(" where it started.");
    }
    return text.toString();
  }

  private static String points(double difference) {
    double points = 100 * difference;
    return Math.abs(points) < 0.05
        ? "no better or worse than"
        : String.format(
            Locale.ROOT, "%.1f points %s", Math.abs(points), points > 0 ? "above" : "below");
  }

  private void card(String name, double value, double before, String note) {
    double change = 100 * (value - before);
    out.append("<div class=\"card\"><h3>")
        .append(Text.escape(name))
        .append("</h3><div class=\"big\">");
    out.append(
        Double.isNaN(value)
            ? "–"
            : String.format(Locale.ROOT, "%.1f<small> %%</small>", 100 * value));
    if (!Double.isNaN(change)) {
      out.append(
          String.format(
              Locale.ROOT,
              "<span class=\"%s\">%s%.1f</span>",
              change >= 0 ? "up" : "down",
              change >= 0 ? "+" : "−",
              Math.abs(change)));
    }
    out.append("</div><div class=\"bar\">");
    if (!Double.isNaN(value)) {
      out.append(
          String.format(
              Locale.ROOT,
              "<i style=\"width:%.1f%%\"></i>",
              Math.max(0, Math.min(100, 100 * value))));
    }
    out.append("</div><p>").append(Text.escape(note)).append("</p></div>");
  }

  // ---- tables ----

  private void summary() {
    heading("Summary", "");
    out.append("<div class=\"pair\"><div class=\"scroll\"><table><tbody>\n");
    for (Figure figure : Digest.figures(run)) {
      out.append("<tr><th>").append(Text.escape(figure.name()));
      if (!figure.note().isEmpty()) {
        out.append("<small>").append(Text.escape(figure.note())).append("</small>");
      }
      out.append("</th><td class=\"n\">")
          .append(Text.escape(Text.value(figure.value(), figure.unit())))
          .append("</td></tr>\n");
    }
    out.append("</tbody></table></div>\n<div>");
    domains();
    out.append("<h3>What ran</h3><div class=\"scroll\"><table><tbody>");
    run.setup()
        .forEach(
            (name, value) ->
                out.append("<tr><th>")
                    .append(Text.escape(name))
                    .append("</th><td class=\"wrap\">")
                    .append(Text.escape(value))
                    .append("</td></tr>\n"));
    out.append("</tbody></table></div></div></div></section>\n");
  }

  private void domains() {
    Map<String, List<FrameFigures>> domains = Digest.byDomain(run.frames());
    if (domains.isEmpty() || domains.size() == 1 && domains.containsKey("")) {
      return;
    }
    out.append("<h3>By condition</h3><div class=\"scroll\"><table><thead><tr><th>condition</th>")
        .append("<th class=\"n\">frames</th><th class=\"n\">hard</th><th class=\"n\">edge</th>")
        .append("<th class=\"n\">system</th></tr></thead><tbody>");
    domains.forEach(
        (domain, frames) -> {
          double hard = frames.stream().filter(FrameFigures::hard).count();
          out.append("<tr><th>")
              .append(Text.escape(domain.isEmpty() ? "unknown" : domain))
              .append("</th>");
          cell(String.valueOf(frames.size()));
          cell(String.format(Locale.ROOT, "%.0f %%", 100 * hard / frames.size()));
          cell(Text.percent(Digest.mean(frames, FrameFigures::iouEdge)));
          cell(Text.percent(Digest.mean(frames, FrameFigures::iouSystem)));
          out.append("</tr>");
        });
    out.append("</tbody></table></div><p class=\"note\">edge and system: mean over frames of the")
        .append(" mIoU of the edge's answer and of the answer put out</p>");
  }

  private void cell(String text) {
    out.append("<td class=\"n\">").append(Text.escape(text)).append("</td>");
  }

  // ---- plots ----

  private void plots() {
    List<FrameFigures> frames = run.frames();
    if (frames.isEmpty()) {
      return;
    }
    // The stream begins when the cloud stands, which can take half the run.
    double first = frames.get(0).seconds();
    double[] x = column(f -> f.seconds() - first);
    double end = Math.max(x[x.length - 1], 1e-3);
    int window = Math.max(5, Math.min(30, frames.size() / 12));
    List<Plot.Band> bands = bands(first, end);
    List<Plot.Marker> markers = new ArrayList<>();
    for (ModelVersion model : run.models()) {
      double at = model.servedFrom() - first;
      if (at > 0 && at <= end) {
        markers.add(new Plot.Marker(model.version(), at));
      }
    }
    String mean = "Mean of the last " + window + " frames.";
    List<Plot> plots = new ArrayList<>();
    plots.add(
        new Plot("Quality", "mIoU of the answers. " + mean, end, bands, markers)
            .share()
            .line("system", x, rolling(FrameFigures::iouSystem, window), 1)
            .line("edge alone", x, rolling(FrameFigures::iouEdge, window), 0));
    plots.add(
        new Plot("Hard frames", "Share the edge sent to the cloud. " + mean, end, bands, markers)
            .share()
            .upTo(1)
            .line("hard", x, rolling(f -> f.hard() ? 1 : 0, window), 2));
    plots.add(
        new Plot("Latency", "Milliseconds per frame, logarithmic.", end, bands, markers)
            .logarithmic()
            .dots("cloud", x, column(FrameFigures::cloudMs), 1)
            .dots("edge", x, column(FrameFigures::edgeMs), 0));
    plots.add(
        new Plot("Traffic", "Megabytes since the start.", end, bands, markers)
            .line("up", x, total(FrameFigures::bytesUp), 1)
            .line("down", x, total(FrameFigures::bytesDown), 2));
    plots.add(
        new Plot("Processor", "Cores the edge process keeps busy. " + mean, end, bands, markers)
            .upTo(1)
            .line("edge process", x, rolling(FrameFigures::cpu, window), 0));
    plots.add(
        new Plot("Memory", "Resident size of the edge process in MiB.", end, bands, markers)
            .line("edge process", x, column(FrameFigures::rssMb), 3));
    heading(
        "Over time",
        bands.isEmpty()
            ? "Seconds since the first frame."
            : "Seconds since the first frame; the shaded stretches are the conditions named"
                + " at their foot.");
    out.append("<div class=\"plots\">\n");
    for (Plot plot : plots) {
      if (!plot.empty()) {
        out.append(plot.svg());
      }
    }
    out.append("</div></section>\n");
  }

  private double[] column(ToDoubleFunction<FrameFigures> of) {
    return run.frames().stream().mapToDouble(of).toArray();
  }

  private double[] rolling(ToDoubleFunction<FrameFigures> of, int window) {
    return Digest.rolling(column(of), window);
  }

  private double[] total(ToDoubleFunction<FrameFigures> bytes) {
    double[] values = column(bytes);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i];
      values[i] = sum / 1e6;
    }
    return values;
  }

  private List<Plot.Band> bands(double first, double end) {
    List<Plot.Band> bands = new ArrayList<>();
    String name = "";
    double from = 0;
    for (FrameFigures f : run.frames()) {
      if (!f.domain().equals(name)) {
        if (!name.isEmpty()) {
          bands.add(new Plot.Band(name, from, f.seconds() - first));
        }
        name = f.domain();
        from = bands.isEmpty() ? 0 : f.seconds() - first;
      }
    }
    if (!name.isEmpty()) {
      bands.add(new Plot.Band(name, from, end));
    }
    return bands.size() < 2 || bands.size() > MOST_BANDS ? List.of() : bands;
  }

  // ---- pictures ----

  private void moments() {
    if (run.moments().isEmpty()) {
      return;
    }
    heading(
        "Frames",
        "What the camera saw, what the edge said, what the cloud made of it, and the truth where"
            + " it is known. Frames are chosen from every condition, good and bad.");
    out.append("<div class=\"legend\">");
    int[] colours = Palette.colours(run.classes().size());
    for (int i = 0; i < colours.length; i++) {
      out.append(
          String.format(
              Locale.ROOT,
              "<span><i style=\"background:#%06x\"></i>%s</span>",
              colours[i],
              Text.escape(run.classes().names().get(i))));
    }
    out.append("</div>\n");
    for (Moment moment : run.moments()) {
      moment(moment);
    }
    out.append("</section>\n");
  }

  private void moment(Moment m) {
    FrameFigures f = m.figures();
    out.append("<article><header><b>").append(Text.escape(f.id())).append("</b>");
    if (!f.domain().isEmpty()) {
      out.append("<span class=\"chip\">").append(Text.escape(f.domain())).append("</span>");
    }
    out.append(
        f.hard()
            ? "<span class=\"chip hard\">hard</span>"
            : "<span class=\"chip easy\">easy</span>");
    out.append("<span class=\"why\">")
        .append(Text.escape(m.reason()))
        .append(
            String.format(Locale.ROOT, " · score %.3f, threshold %.3f", f.score(), f.threshold()))
        .append(" · model ")
        .append(Text.escape(f.modelVersion()))
        .append("</span></header><div class=\"strip\">");
    picture(Pictures.camera(m.frame()), "frame", "");
    picture(Pictures.answer(m.frame(), m.edge()), "edge", iou(f.iouEdge()));
    List<SegmentMask> masks = m.masks();
    if (masks != null) {
      picture(
          Pictures.masks(m.frame(), masks),
          masks.size() + (masks.size() == 1 ? " mask" : " masks"),
          "");
    }
    ClassMap fused = m.fused();
    if (fused != null) {
      picture(Pictures.answer(m.frame(), fused), "fused", iou(f.iouSystem()));
    } else {
      out.append("<p class=\"none\">")
          .append(
              f.hard()
                  ? "The cloud's answer did not come; the edge's own went out."
                  : "Easy: the edge's answer went out at once, nothing was sent.")
          .append("</p>");
    }
    ClassMap label = m.label();
    if (label != null) {
      picture(Pictures.answer(m.frame(), label), "label", "");
    }
    out.append("</div></article>\n");
  }

  private static String iou(double value) {
    return Double.isNaN(value) ? "" : "mIoU " + Text.percent(value);
  }

  private void picture(String uri, String name, String note) {
    out.append("<figure><img loading=\"lazy\" alt=\"")
        .append(Text.escape(name))
        .append("\" src=\"")
        .append(uri)
        .append("\"><figcaption><b>")
        .append(Text.escape(name))
        .append("</b>")
        .append(Text.escape(note))
        .append("</figcaption></figure>");
  }

  // ---- models, bad frames, configuration ----

  private void models() {
    if (run.models().isEmpty()) {
      return;
    }
    heading(
        "Edge models",
        "Every version that served or was judged. A new one replaces the old only if it proves"
            + " better on frames held out from training.");
    out.append(
            "<div class=\"scroll\"><table><thead><tr><th>version</th><th>from</th><th>verdict</th>")
        .append("<th>reason</th><th>judged by</th><th class=\"n\">on the edge from</th>")
        .append("<th class=\"n\">size</th></tr></thead><tbody>\n");
    for (ModelVersion m : run.models()) {
      String kind =
          Digest.promoted(m) ? "easy" : m.verdict().equalsIgnoreCase("rejected") ? "hard" : "";
      out.append("<tr><th>")
          .append(Text.escape(m.version()))
          .append("</th><td>")
          .append(Text.escape(m.parent().isEmpty() ? "–" : m.parent()))
          .append("</td><td><span class=\"chip ")
          .append(kind)
          .append("\">")
          .append(Text.escape(m.verdict()))
          .append("</span></td><td class=\"wrap\">")
          .append(Text.escape(m.reason()));
      if (!m.created().isEmpty()) {
        out.append("<small>").append(Text.escape(m.created())).append("</small>");
      }
      out.append("</td><td class=\"figures\">");
      m.evaluation()
          .forEach(
              (name, value) ->
                  out.append("<span>")
                      .append(Text.escape(name))
                      .append(" <b>")
                      .append(Text.number(value))
                      .append("</b></span>"));
      out.append("</td>");
      cell(
          Double.isNaN(m.servedFrom())
              ? "–"
              : m.servedFrom() <= 0 ? "start" : Text.seconds(m.servedFrom()));
      cell(m.bytes() > 0 ? Text.bytes(m.bytes()) : "–");
      out.append("</tr>\n");
    }
    out.append("</tbody></table></div></section>\n");
  }

  private void badFrames() {
    int count = run.badFrames().size();
    if (count == 0) {
      return;
    }
    heading(
        "Bad frames",
        count
            + (count == 1 ? " item" : " items")
            + " of the source could not be used; the run"
            + " went on without "
            + (count == 1 ? "it." : "them."));
    out.append("<div class=\"scroll\"><table><tbody>");
    for (RunRecord.BadFrame bad : run.badFrames().subList(0, Math.min(count, MOST_BAD))) {
      out.append("<tr><th>")
          .append(Text.escape(bad.id()))
          .append("</th><td class=\"wrap\">")
          .append(Text.escape(bad.reason()))
          .append("</td></tr>");
    }
    out.append("</tbody></table></div>");
    if (count > MOST_BAD) {
      out.append("<p class=\"note\">and ").append(count - MOST_BAD).append(" more</p>");
    }
    out.append("</section>\n");
  }

  private void configuration() {
    if (run.plugins().isEmpty()) {
      return;
    }
    heading("Configuration", "Every plugin of the run with the values it worked with.");
    out.append("<div class=\"plugins\">");
    for (RunRecord.PluginChoice plugin : run.plugins()) {
      out.append("<div><h3>")
          .append(Text.escape(plugin.kind()))
          .append(" <code>")
          .append(Text.escape(plugin.name()))
          .append("</code></h3>");
      if (plugin.values().isEmpty()) {
        out.append("<p class=\"note\">nothing to set</p>");
      } else {
        out.append("<dl>");
        plugin
            .values()
            .forEach(
                (name, value) ->
                    out.append("<dt>")
                        .append(Text.escape(name))
                        .append("</dt><dd>")
                        .append(value.isEmpty() ? "<i>empty</i>" : Text.escape(value))
                        .append("</dd>"));
        out.append("</dl>");
      }
      out.append("</div>");
    }
    out.append("</div></section>\n");
  }
}
