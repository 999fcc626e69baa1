package io.seamark.run;

import io.seamark.cli.AgreementLine;
import io.seamark.cli.Table;
import io.seamark.edge.metrics.ShadowComparison;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run's summary for people. */
final class SummaryText {
  private SummaryText() {}

  static void print(RunSummary summary, @Nullable Judgement judgement, PrintWriter out) {
    RunSummary.Stream stream = summary.stream();
    out.printf(
        Locale.ROOT,
        "%d frames answered, %d hard, %d answered by the cloud, %d skipped; %.1f s%n",
        stream.frames(),
        stream.hard(),
        stream.cloudAnswers(),
        stream.skipped(),
        summary.seconds());
    out.printf(
        Locale.ROOT,
        "edge %.1f ms a frame, cloud %.0f ms; %.1f MB up, %.1f MB down; edge resident %.0f MB%n",
        stream.edgeMs(),
        stream.cloudMs(),
        stream.bytesUp() / 1e6,
        stream.bytesDown() / 1e6,
        summary.usage().edgePeakResidentMb());
    if (stream.audited() + stream.cloudAnswers() > 0) {
      out.println(
          AgreementLine.of(
              stream.audited(),
              stream.easyAgreement(),
              stream.cloudAnswers(),
              stream.hardAgreement()));
    }
    for (RunSummary.Version version : summary.models().versions()) {
      out.println(
          "model "
              + version.version()
              + " "
              + version.verdict().name().toLowerCase(Locale.ROOT)
              + ": "
              + version.reason());
    }
    for (ShadowComparison compared : summary.models().shadow()) {
      out.println(compared.text());
    }
    if (judgement != null) {
      out.println(table(judgement));
    }
    out.println("report: " + summary.report());
    out.flush();
  }

  private static Table table(Judgement judgement) {
    String frames = judgement.drifted() ? "drifted frames" : "frames";
    Table table =
        new Table("mean IoU", "frames", "edge at the start", "cloud", "edge after the update");
    row(table, frames + " answered by the cloud", judgement.sent());
    row(table, "  of them never trained on", judgement.untrained());
    row(table, "all " + frames + " (edge and cloud)", judgement.all());
    return table;
  }

  private static void row(Table table, String name, Judgement.Row row) {
    table.row(
        name,
        Integer.toString(row.frames()),
        Table.figure(row.start(), 4),
        Table.figure(row.cloud(), 4),
        Table.figure(row.updated(), 4));
  }
}
