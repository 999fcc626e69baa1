package io.seamark.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.seamark.cli.AgreementLine;
import io.seamark.cli.JsonLine;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.perception.ClassSet;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.report.HtmlReport;
import io.seamark.report.RunDetails;
import io.seamark.report.RunDetails.MetricFigures;
import io.seamark.report.RunRecord;
import io.seamark.report.RunRecord.FrameFigures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns what a run recorded into its report and its summary. */
final class Reporting {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MIB = 1 << 20;

  private final Run.Order order;
  private final Recording recording;
  private final Run.Ended ended;
  private final Judging.Result result;
  private final ClassSet classes;
  private final List<String> notes;
  private final Instant started;
  private final double seconds;

  Reporting(
      Run.Order order,
      Recording recording,
      Run.Ended ended,
      Judging.Result result,
      ClassSet classes,
      List<String> notes,
      Instant started,
      double seconds) {
    this.order = order;
    this.recording = recording;
    this.ended = ended;
    this.result = result;
    this.classes = classes;
    this.notes = notes;
    this.started = started;
    this.seconds = seconds;
  }

  /** Writes {@code summary.json} and {@code report.html}. */
  void write(RunSummary summary) throws IOException {
    RunRecord record = record();
    Map<String, MetricFigures> metrics = new LinkedHashMap<>();
    metrics()
        .forEach(
            (name, scored) -> metrics.put(name, MetricFigures.of(scored.edge(), scored.system())));
    ObjectNode whole = (ObjectNode) JSON.readTree(JsonLine.of(summary));
    whole.setAll(JSON.<ObjectNode>valueToTree(RunDetails.of(record, metrics)));
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(whole) + "\n";
    order.folder().summary(text.getBytes(StandardCharsets.UTF_8));
    order.folder().report(HtmlReport.page(record));
  }

  private Map<String, ScoredAnswers> metrics() {
    return ScoredAnswers.by(
        order.workplace().plugins(), recording.edgeCounts(), recording.systemCounts());
  }

  private RunRecord record() {
    return new RunRecord(
        title(),
        started,
        seconds,
        setup(),
        classes,
        outcome(),
        extra(),
        recording.frames().stream().map(Reporting::figures).toList(),
        moments(),
        models(),
        recording.skippedItems().stream()
            .map(item -> new RunRecord.BadFrame(item.id(), item.reason()))
            .toList(),
        plugins(),
        notes);
  }

  private String title() {
    String source = order.workplace().plugins().name(PluginKind.SAMPLE_SOURCE);
    List<String> domains =
        recording.frames().stream().map(f -> f.domain).distinct().limit(8).toList();
    return source + (domains.isEmpty() ? "" : ": " + String.join(", ", domains));
  }

  private Map<String, String> setup() {
    Map<String, String> setup = new LinkedHashMap<>();
    setup.put("Source", order.workplace().plugins().name(PluginKind.SAMPLE_SOURCE));
    setup.put("Edge model", order.initial().getFileName() + " (" + ended.startVersion() + ")");
    setup.put("Cloud", ended.local() ? "two Liberty servers of this run" : "elsewhere");
    setup.put("Seed", Long.toString(order.workplace().seed()));
    setup.put("Threads", Integer.toString(order.workplace().threads()));
    setup.put(
        "Machine",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors, Java "
            + Runtime.version());
    return setup;
  }

  private RunRecord.Outcome outcome() {
    Judgement judgement = result.judgement();
    if (judgement == null) {
      return new RunRecord.Outcome(Double.NaN, Double.NaN, Double.NaN, "no labelled frames");
    }
    Judgement.Row sent = judgement.sent();
    return new RunRecord.Outcome(
        sent.start(),
        sent.cloud(),
        sent.updated(),
        sent.frames()
            + (judgement.drifted() ? " drifted" : "")
            + " frames that the cloud answered, pixels of all frames together");
  }

  private List<RunRecord.Figure> extra() {
    List<RunRecord.Figure> extra = new ArrayList<>();
    Judgement judgement = result.judgement();
    if (judgement != null) {
      rows(extra, "untrained", "Never trained on", judgement.untrained(), "cloud");
      rows(
          extra,
          "all",
          judgement.drifted() ? "All drifted frames" : "All frames",
          judgement.all(),
          "system");
    }
    metrics()
        .forEach(
            (name, scored) -> {
              if (Double.isFinite(scored.edge())) {
                extra.add(figure(name, "edge", scored.edge()));
                extra.add(figure(name, "system", scored.system()));
              }
            });
    EdgeMetrics.Totals totals = ended.totals();
    extra.add(
        new RunRecord.Figure(
            "audited",
            "Audited frames",
            (double) totals.audited(),
            "",
            AgreementLine.of(
                    totals.audited(),
                    totals.easyAgreement(),
                    totals.answers(),
                    totals.hardAgreement())
                + ". Agreement is the share of pixels with one class from both."));
    for (ShadowComparison compared : ended.comparisons()) {
      extra.add(
          new RunRecord.Figure(
              "shadow_" + compared.version(),
              "Model " + compared.version() + ", agreement with the one before",
              compared.agreement(),
              "%",
              compared.text() + "."));
    }
    extra.add(
        new RunRecord.Figure(
            "undelivered",
            "Hard frames without an answer",
            recording.unanswered(),
            "",
            "They wait in the outbox."));
    extra.add(
        new RunRecord.Figure(
            "edge_peak_rss",
            "Edge process, most memory",
            ended.streamed().peakResidentBytes() / MIB,
            "MiB",
            "Resident, from start to the end of the stream."));
    return extra;
  }

  private static RunRecord.Figure figure(String metric, String whose, double value) {
    return new RunRecord.Figure(
        "metric_" + metric + "_" + whose,
        metric + ", " + whose,
        value,
        "",
        "Metric of all labelled frames, pixels together.");
  }

  private static void rows(
      List<RunRecord.Figure> extra, String key, String name, Judgement.Row row, String cloud) {
    String frames = row.frames() + " frames.";
    extra.add(
        new RunRecord.Figure(
            key + "_edge_start", name + ", edge at the start, mIoU", row.start(), "%", frames));
    extra.add(
        new RunRecord.Figure(
            key + "_" + cloud, name + ", " + cloud + ", mIoU", row.cloud(), "%", frames));
    extra.add(
        new RunRecord.Figure(
            key + "_edge_updated",
            name + ", edge after the update, mIoU",
            row.updated(),
            "%",
            frames));
  }

  private static FrameFigures figures(FrameEntry f) {
    return new FrameFigures(
        (int) f.index,
        f.id,
        f.domain,
        f.at,
        1e3 * f.totalSeconds,
        1e3 * f.cloudSeconds,
        f.hard,
        f.score,
        f.threshold,
        meanIou(f.edge),
        meanIou(f.system()),
        f.bytesUp,
        f.bytesDown,
        f.modelVersion,
        f.cpu,
        f.residentBytes / MIB);
  }

  private static double meanIou(@Nullable ConfusionMatrix counts) {
    return counts == null ? Double.NaN : counts.meanIou();
  }

  private List<RunRecord.Moment> moments() {
    return result.pictures().stream()
        .map(
            p ->
                new RunRecord.Moment(
                    figures(p.entry()),
                    p.entry().reason,
                    p.frame(),
                    p.start(),
                    p.masks(),
                    p.fused(),
                    p.label()))
        .toList();
  }

  private List<RunRecord.ServedModel> models() {
    return ended.known().versions().stream()
        .map(version -> new RunRecord.ServedModel(version, servedFrom(version.version())))
        .toList();
  }

  private double servedFrom(String version) {
    return recording.versions().stream()
        .filter(change -> change.version().equals(version))
        .mapToDouble(Recording.VersionChange::at)
        .findFirst()
        .orElse(Double.NaN);
  }

  private List<RunRecord.PluginChoice> plugins() {
    ConfiguredPlugins configured = order.workplace().plugins();
    List<RunRecord.PluginChoice> choices = new ArrayList<>();
    for (PluginKind<?> kind : PluginKind.ALL) {
      if (order.workplace().registry().names(kind).isEmpty()) {
        continue;
      }
      for (String name : configured.names(kind)) {
        String prefix = kind.id() + "." + name + ".";
        Map<String, String> values = new LinkedHashMap<>();
        configured
            .effective(kind)
            .forEach(
                (key, value) -> {
                  if (key.startsWith(prefix)) {
                    values.put(key.substring(prefix.length()), value);
                  }
                });
        choices.add(new RunRecord.PluginChoice(kind.id(), name, values));
      }
    }
    return choices;
  }
}
