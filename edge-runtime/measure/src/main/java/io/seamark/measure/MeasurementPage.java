package io.seamark.measure;

import io.seamark.chart.HtmlPage;
import io.seamark.chart.TimePlot;
import io.seamark.chart.TimePlot.Hue;
import io.seamark.cli.Table;
import io.seamark.measure.Measurement.Moment;
import io.seamark.measure.Measurement.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The page of one measurement, or of two side by side. */
final class MeasurementPage {
  static final String JSON = "measure.json";
  static final String HTML = "measure.html";

  private static final List<Hue> HUES = List.of(Hue.EDGE, Hue.CLOUD);

  private MeasurementPage() {}

  /** What the template names. */
  record View(
      String style,
      String title,
      String lead,
      List<String> names,
      List<String> notes,
      boolean two,
      List<Row> figures,
      List<Row> setup,
      List<Plot> plots,
      boolean hasPlots,
      String plotsLead) {}

  /** A figure of each measurement, and how many times the first the second is. */
  record Row(String name, List<String> values, String ratio) {}

  /** {@code svg} goes into the page as it is. */
  record Plot(String title, String text, String svg, List<Curve> curves) {}

  record Curve(String name, String colour) {}

  /**
   * The page.
   *
   * @param all one or two
   * @return HTML in UTF-8
   * @throws IOException if the template is missing
   */
  static byte[] of(List<Measurement> all) throws IOException {
    List<Plot> plots = new ArrayList<>();
    String lead = "Once a second while frames were counted.";
    try {
      plots.addAll(plots(all));
    } catch (IOException e) {
      lead = "No plots: " + e.getMessage() + ".";
    }
    return HtmlPage.of(
        MeasurementPage.class,
        "measure.mustache",
        new View(
            HtmlPage.style(),
            String.join(" and ", all.stream().map(Measurement::label).toList()),
            lead(all.get(0)),
            names(all),
            notes(all),
            all.size() > 1,
            figures(all),
            setup(all),
            plots,
            !plots.isEmpty(),
            lead));
  }

  private static String lead(Measurement m) {
    return String.format(
        Locale.ROOT,
        "%d frames of %d x %d pixels, %s, after %d that warmed the machine up.",
        m.stream().frames(),
        m.stream().width(),
        m.stream().height(),
        m.stream().framesPerSecond() > 0
            ? Table.figure(m.stream().framesPerSecond(), 1) + " a second"
            : "as fast as it went",
        m.stream().warmUp());
  }

  /** Labels, told apart where they are equal. */
  private static List<String> names(List<Measurement> all) {
    List<String> names = all.stream().map(Measurement::label).toList();
    return Set.copyOf(names).size() == names.size()
        ? names
        : List.of(names.get(0) + " (A)", names.get(1) + " (B)");
  }

  /** What is known of each, and why two may not be comparable. */
  static List<String> notes(List<Measurement> all) {
    Set<String> notes = new LinkedHashSet<>();
    all.forEach(m -> notes.addAll(m.notes()));
    if (all.size() > 1) {
      Map<String, Function<Measurement.Stream, Object>> same = new LinkedHashMap<>();
      same.put("edge model", Measurement.Stream::model);
      same.put("number of frames", Measurement.Stream::frames);
      same.put("frames", Measurement.Stream::content);
      same.put("frame rate", Measurement.Stream::framesPerSecond);
      same.put("hard-example miner", Measurement.Stream::miner);
      same.put("threads of one computation", Measurement.Stream::threads);
      same.put("use of a cloud", Measurement.Stream::cloud);
      same.forEach(
          (name, of) -> {
            Object a = of.apply(all.get(0).stream());
            Object b = of.apply(all.get(1).stream());
            if (!a.equals(b)) {
              notes.add("the two differ in the " + name + ": " + a + " and " + b);
            }
          });
    }
    return List.copyOf(notes);
  }

  static List<Row> figures(List<Measurement> all) {
    List<Row> rows = new ArrayList<>();
    for (String stage : MeasureVerb.STAGES) {
      if (all.stream().anyMatch(m -> m.stages().containsKey(stage))) {
        row(rows, all, stage + ", median (ms)", 2, of(stage, Stage::p50));
        row(rows, all, stage + ", 99 % within (ms)", 2, of(stage, Stage::p99));
      }
    }
    row(
        rows,
        all,
        "frames a second",
        2,
        m -> m.stream().seconds() > 0 ? m.stream().frames() / m.stream().seconds() : null);
    row(rows, all, "late answers", 0, m -> (double) m.stream().late());
    row(rows, all, "skipped", 0, m -> (double) m.stream().skipped());
    row(rows, all, "hard frames", 0, m -> (double) m.traffic().hard());
    row(rows, all, "answered by the cloud", 0, m -> (double) m.traffic().answered());
    row(rows, all, "sent (MB)", 2, m -> m.traffic().bytesUp() / 1e6);
    row(rows, all, "received (MB)", 2, m -> m.traffic().bytesDown() / 1e6);
    row(rows, all, "processor (cores busy)", 2, m -> m.use().cores());
    row(rows, all, "memory (MB)", 0, m -> m.use().residentMb());
    row(rows, all, "memory, most (MB)", 0, m -> m.use().peakResidentMb());
    row(rows, all, "hottest sensor (°C)", 1, m -> m.use().hottest());
    row(rows, all, "slowest clock (MHz)", 0, m -> m.use().slowestMhz());
    return rows;
  }

  private static Function<Measurement, @Nullable Double> of(
      String stage, Function<Stage, Double> figure) {
    return m -> {
      Stage found = m.stages().get(stage);
      return found == null ? null : figure.apply(found);
    };
  }

  private static void row(
      List<Row> rows,
      List<Measurement> all,
      String name,
      int digits,
      Function<Measurement, @Nullable Double> of) {
    List<String> values = new ArrayList<>();
    List<Double> known = new ArrayList<>();
    for (Measurement m : all) {
      Double value = of.apply(m);
      values.add(value == null ? "–" : Table.figure(value, digits));
      if (value != null) {
        known.add(value);
      }
    }
    boolean both = all.size() == 2 && known.size() == 2 && known.get(0) > 0;
    rows.add(
        new Row(name, values, both ? Table.figure(known.get(1) / known.get(0), 2) + " times" : ""));
  }

  private static List<Row> setup(List<Measurement> all) {
    List<Row> rows = new ArrayList<>();
    text(rows, all, "measured", Measurement::started);
    text(rows, all, "board", m -> m.machine().board());
    text(rows, all, "architecture", m -> m.machine().architecture());
    text(rows, all, "processors", m -> m.machine().processors());
    text(
        rows,
        all,
        "memory of the machine",
        m -> {
          Double memory = m.machine().memoryMb();
          return memory == null ? null : Math.round(memory) + " MB";
        });
    text(rows, all, "throttling", m -> throttling(m.use().throttled()));
    text(rows, all, "source", m -> m.stream().source());
    text(rows, all, "checksum of the frames", m -> m.stream().content());
    text(rows, all, "edge model", m -> m.stream().modelVersion() + ", " + m.stream().model());
    text(rows, all, "hard-example miner", m -> m.stream().miner());
    text(rows, all, "threads of one computation", m -> m.stream().threads());
    text(rows, all, "cloud", m -> m.stream().cloud() ? "yes" : "none");
    Set<String> software = new LinkedHashSet<>();
    all.forEach(m -> software.addAll(m.software().keySet()));
    software.forEach(name -> text(rows, all, name, m -> m.software().get(name)));
    return rows;
  }

  static String throttling(@Nullable List<String> told) {
    return told == null ? "not told" : told.isEmpty() ? "none" : String.join("; ", told);
  }

  private static void text(
      List<Row> rows,
      List<Measurement> all,
      String name,
      Function<Measurement, @Nullable Object> of) {
    List<String> values = new ArrayList<>();
    for (Measurement m : all) {
      Object value = of.apply(m);
      values.add(value == null ? "–" : value.toString());
    }
    rows.add(new Row(name, values, ""));
  }

  private static List<Plot> plots(List<Measurement> all) throws IOException {
    double end =
        all.stream()
            .flatMap(m -> m.moments().stream())
            .mapToDouble(Moment::seconds)
            .max()
            .orElse(1);
    List<TimePlot> plots =
        List.of(
            plot(all, end, "Answers", "Milliseconds from frame to answer.", Moment::answerMs),
            plot(all, end, "Processor", "Cores the process keeps busy.", Moment::cores),
            plot(all, end, "Memory", "Megabytes in RAM.", Moment::residentMb),
            plot(all, end, "Heat", "Degrees Celsius of the hottest sensor.", Moment::celsius),
            plot(all, end, "Clock", "MHz of the fastest core.", Moment::mhz));
    List<Plot> drawn = new ArrayList<>();
    for (TimePlot plot : plots) {
      if (!plot.series().isEmpty()) {
        drawn.add(
            new Plot(
                plot.title(),
                plot.text(),
                plot.svg("p" + drawn.size()),
                plot.series().stream()
                    .map(s -> new Curve(s.name(), String.format("#%06x", s.hue().rgb())))
                    .toList()));
      }
    }
    return drawn;
  }

  private static TimePlot plot(
      List<Measurement> all,
      double end,
      String title,
      String text,
      Function<Moment, @Nullable Double> of) {
    TimePlot plot = new TimePlot(title, text, end, List.of(), List.of());
    List<String> names = names(all);
    for (int i = 0; i < all.size(); i++) {
      List<Moment> moments = all.get(i).moments();
      double[] x = moments.stream().mapToDouble(Moment::seconds).toArray();
      double[] y =
          moments.stream()
              .map(of)
              .mapToDouble(value -> value == null ? Double.NaN : value)
              .toArray();
      // Of a stream that was over within a second there is one moment, and no line to draw.
      if (x.length < 2) {
        plot.dots(names.get(i), x, y, HUES.get(i));
      } else {
        plot.line(names.get(i), x, y, HUES.get(i));
      }
    }
    return plot;
  }
}
