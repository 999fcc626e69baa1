package io.seamark.report;

import io.seamark.chart.TimePlot;
import io.seamark.imaging.Palette;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Verdict;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Outcome;
import io.seamark.report.RunRecord.ServedModel;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The values of the template {@code report.mustache}, by its names: numbers are texts as they are
 * read, and an empty text leaves out what the template shows around it. Nothing is escaped here.
 *
 * @param style the style sheet
 * @param verdict what the run was worth, in words
 * @param plotsLead what the plots have in common
 * @param badLead how many items could not be used, in words
 * @param badMore how many of them are not listed; empty if all are
 */
record ReportPage(
    String style,
    String title,
    String date,
    int frames,
    String duration,
    String verdict,
    List<Card> cards,
    String measuredOn,
    List<String> notes,
    List<Row> figures,
    List<Domain> domains,
    List<Row> setup,
    String plotsLead,
    List<Plot> plots,
    List<Colour> classes,
    List<MomentView> moments,
    List<Model> models,
    List<Plot> learning,
    String badLead,
    List<Row> bad,
    String badMore,
    List<Plugin> plugins) {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final int MOST_BAD = 50;

  /** A value with its name, and perhaps what it means. */
  record Row(String name, String value, String note) {}

  /** One of the verdict's figures; {@code direction} is the change's style, up or down. */
  record Card(
      String name, String value, String width, String change, String direction, String note) {
    static Card of(String name, double value, double before, String note) {
      if (Double.isNaN(value)) {
        return new Card(name, "", "", "", "", note);
      }
      double change = 100 * (value - before);
      return new Card(
          name,
          String.format(Locale.ROOT, "%.1f", 100 * value),
          String.format(Locale.ROOT, "%.1f", Math.max(0, Math.min(100, 100 * value))),
          Double.isNaN(change)
              ? ""
              : String.format(Locale.ROOT, "%s%.1f", change >= 0 ? "+" : "−", Math.abs(change)),
          change >= 0 ? "up" : "down",
          note);
    }
  }

  record Domain(String name, int frames, String hard, String edge, String system) {
    static Domain of(String name, List<FrameFigures> frames) {
      long hard = frames.stream().filter(FrameFigures::hard).count();
      return new Domain(
          name.isEmpty() ? "unknown" : name,
          frames.size(),
          String.format(Locale.ROOT, "%.0f %%", 100 * (double) hard / frames.size()),
          Text.percent(RunFigures.mean(frames, FrameFigures::iouEdge)),
          Text.percent(RunFigures.mean(frames, FrameFigures::iouSystem)));
    }
  }

  record Colour(String name, String colour) {
    static Colour of(String name, int rgb) {
      return new Colour(name, String.format(Locale.ROOT, "#%06x", rgb));
    }
  }

  /** {@code svg} goes into the page as it is; {@code models} says whether it marks their coming. */
  record Plot(String title, String text, String svg, List<Colour> curves, boolean models) {
    static Plot of(TimePlot plot, String id, boolean models) throws IOException {
      return new Plot(
          plot.title(),
          plot.text(),
          plot.svg(id),
          plot.series().stream().map(s -> Colour.of(s.name(), s.hue().rgb())).toList(),
          models);
    }
  }

  record Model(
      String version,
      String parent,
      String verdict,
      String chip,
      String reason,
      String created,
      List<Row> evaluation,
      List<Row> drifts,
      String served,
      String size) {
    static Model of(ServedModel served) {
      ModelVersion m = served.model();
      String parent = m.parent();
      return new Model(
          m.version(),
          parent == null ? "–" : parent,
          served.verdict(),
          served.promoted() ? "easy" : m.verdict() == Verdict.REJECTED ? "hard" : "",
          m.reason(),
          m.created(),
          rows(served.evaluation()),
          rows(served.drifts()),
          Double.isNaN(served.servedFrom())
              ? "–"
              : served.servedFrom() <= 0 ? "start" : Text.seconds(served.servedFrom()),
          Text.bytes((double) m.bytes()));
    }

    private static List<Row> rows(Map<String, Double> figures) {
      return figures.entrySet().stream()
          .map(e -> new Row(e.getKey(), Text.number(e.getValue()), ""))
          .toList();
    }
  }

  record Plugin(String kind, String name, List<Row> values) {
    boolean hasValues() {
      return !values.isEmpty();
    }
  }

  static ReportPage of(RunRecord run, String style) {
    Outcome outcome = run.outcome();
    List<Plot> plots = new ArrayList<>();
    String plotsLead = plots(run, plots);
    int[] colours = Palette.colours(run.classes().size());
    List<Colour> classes = new ArrayList<>();
    for (int i = 0; i < colours.length; i++) {
      classes.add(Colour.of(run.classes().names().get(i), colours[i]));
    }
    int bad = run.badFrames().size();
    return new ReportPage(
        style,
        run.title(),
        DATE.format(run.started()),
        run.frames().size(),
        Text.seconds(run.seconds()),
        sentence(outcome),
        List.of(
            Card.of(
                "Edge alone, at the start",
                outcome.edgeAtStart(),
                Double.NaN,
                "the small model as it was delivered"),
            Card.of(
                "Cloud's fused answers",
                outcome.fused(),
                outcome.edgeAtStart(),
                "exact masks, named by the edge model's scores"),
            Card.of(
                "Edge alone, after the update",
                outcome.edgeAfterUpdate(),
                outcome.edgeAtStart(),
                "the small model, after it has learnt")),
        outcome.measuredOn(),
        run.notes(),
        RunFigures.figures(run).stream()
            .map(f -> new Row(f.name(), Text.value(f.value(), f.unit()), f.note()))
            .toList(),
        domains(run.frames()),
        rows(run.setup()),
        plotsLead,
        plots,
        classes,
        run.moments().stream().map(MomentView::of).toList(),
        run.models().stream().map(Model::of).toList(),
        learning(run),
        bad
            + (bad == 1 ? " item" : " items")
            + " of the source could not be used; the run went on without "
            + (bad == 1 ? "it." : "them."),
        run.badFrames().stream()
            .limit(MOST_BAD)
            .map(frame -> new Row(frame.id(), frame.reason(), ""))
            .toList(),
        bad > MOST_BAD ? "and " + (bad - MOST_BAD) + " more" : "",
        run.plugins().stream().map(p -> new Plugin(p.kind(), p.name(), rows(p.values()))).toList());
  }

  boolean hasDomains() {
    return !domains.isEmpty();
  }

  boolean hasPlots() {
    return !plotsLead.isEmpty();
  }

  boolean hasMoments() {
    return !moments.isEmpty();
  }

  boolean hasModels() {
    return !models.isEmpty();
  }

  boolean hasLearning() {
    return !learning.isEmpty();
  }

  boolean hasBad() {
    return !bad.isEmpty();
  }

  boolean hasPlugins() {
    return !plugins.isEmpty();
  }

  private static List<Row> rows(Map<String, String> values) {
    return values.entrySet().stream().map(e -> new Row(e.getKey(), e.getValue(), "")).toList();
  }

  private static List<Domain> domains(List<FrameFigures> frames) {
    Map<String, List<FrameFigures>> domains = RunFigures.byDomain(frames);
    if (domains.size() == 1 && domains.containsKey("")) {
      return List.of();
    }
    return domains.entrySet().stream().map(e -> Domain.of(e.getKey(), e.getValue())).toList();
  }

  /** Adds the plots, and gives what stands above them; nothing without frames. */
  private static String plots(RunRecord run, List<Plot> to) {
    if (run.frames().isEmpty()) {
      return "";
    }
    TimePlots plots = new TimePlots(run);
    try {
      for (TimePlot plot : plots.all()) {
        to.add(Plot.of(plot, "plot" + to.size() + "-", plots.showsModels()));
      }
    } catch (IOException e) {
      // The run is worth its report without them.
      to.clear();
      return "No plots: " + e.getMessage() + ".";
    }
    return plots.showsDomains()
        ? "Seconds since the first frame; the shaded stretches are the conditions named at their"
            + " foot."
        : "Seconds since the first frame.";
  }

  private static List<Plot> learning(RunRecord run) {
    List<Plot> drawn = new ArrayList<>();
    try {
      for (TimePlot plot : LearningPlots.of(run.models())) {
        drawn.add(Plot.of(plot, "learning" + drawn.size() + "-", false));
      }
    } catch (IOException e) {
      // The page says in the place of the other plots what is missing.
      return List.of();
    }
    return drawn;
  }

  private static String sentence(Outcome outcome) {
    if (Double.isNaN(outcome.edgeAtStart())) {
      return "The source brought no labels, so answers could not be scored.";
    }
    StringBuilder text = new StringBuilder();
    if (Double.isNaN(outcome.fused())) {
      text.append("No frame got an answer from the cloud. ");
    } else {
      text.append("The cloud's answers were ")
          .append(points(outcome.fused() - outcome.edgeAtStart()))
          .append(" the edge's own. ");
    }
    if (Double.isNaN(outcome.edgeAfterUpdate())) {
      text.append("No new model was promoted, so the edge kept the one it had.");
    } else {
      text.append("After learning, the edge model alone is ")
          .append(points(outcome.edgeAfterUpdate() - outcome.edgeAtStart()))
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
}
