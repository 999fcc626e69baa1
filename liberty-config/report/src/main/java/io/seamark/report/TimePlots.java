package io.seamark.report;

import io.seamark.chart.TimePlot;
import io.seamark.chart.TimePlot.Hue;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.ServedModel;
import io.seamark.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a run did over time: quality, uploads, latency, traffic, processor and memory. */
final class TimePlots {
  private static final int MOST_BANDS = 12;

  private final List<FrameFigures> frames;
  private final int window;
  private final double first;
  private final double end;
  private final List<TimePlot.Band> bands;
  private final List<TimePlot.Marker> markers = new ArrayList<>();

  /**
   * Plots of a run.
   *
   * @param run with at least one frame
   */
  TimePlots(RunRecord run) {
    frames = run.frames();
    // The stream begins when the cloud stands, which can take half the run.
    first = frames.get(0).seconds();
    end = Math.max(frames.get(frames.size() - 1).seconds() - first, 1e-3);
    window = Math.max(5, Math.min(30, frames.size() / 12));
    bands = bands(frames, first, end);
    for (ServedModel served : run.models()) {
      double at = served.servedFrom() - first;
      if (at > 0 && at <= end) {
        markers.add(new TimePlot.Marker(served.model().version(), at));
      }
    }
  }

  /** Whether the stream is divided into domains that a plot shows. */
  boolean showsDomains() {
    return !bands.isEmpty();
  }

  /** Whether a model came while the stream went by. */
  boolean showsModels() {
    return !markers.isEmpty();
  }

  /** The plots for which there are values. */
  List<TimePlot> all() {
    double[] x = column(f -> f.seconds() - first);
    String mean = "Mean of the last " + window + " frames.";
    List<TimePlot> plots = new ArrayList<>();
    plots.add(
        plot("Quality", "mIoU of the answers. " + mean)
            .share()
            .line("system", x, rolling(FrameFigures::iouSystem), Hue.CLOUD)
            .line("edge alone", x, rolling(FrameFigures::iouEdge), Hue.EDGE));
    plots.add(
        plot("Hard frames", "Share the edge sent to the cloud. " + mean)
            .share()
            .upTo(1)
            .line("hard", x, rolling(f -> f.hard() ? 1 : 0), Hue.OTHER));
    plots.add(
        plot("Latency", "Milliseconds per frame, logarithmic.")
            .logarithmic()
            .dots("cloud", x, column(FrameFigures::cloudMs), Hue.CLOUD)
            .dots("edge", x, column(FrameFigures::edgeMs), Hue.EDGE));
    plots.add(
        plot("Traffic", "Megabytes since the start.")
            .line("up", x, total(FrameFigures::bytesUp), Hue.CLOUD)
            .line("down", x, total(FrameFigures::bytesDown), Hue.OTHER));
    plots.add(
        plot("Processor", "Cores the edge process keeps busy. " + mean)
            .upTo(1)
            .line("edge process", x, rolling(FrameFigures::cpu), Hue.EDGE));
    plots.add(
        plot("Memory", "Resident size of the edge process in MiB.")
            .line("edge process", x, column(FrameFigures::rssMb), Hue.MEMORY));
    plots.removeIf(plot -> plot.series().isEmpty());
    return plots;
  }

  private TimePlot plot(String title, String text) {
    return new TimePlot(title, text, end, bands, markers);
  }

  private double[] column(ToDoubleFunction<FrameFigures> of) {
    return frames.stream().mapToDouble(of).toArray();
  }

  private double[] rolling(ToDoubleFunction<FrameFigures> of) {
    return RunFigures.rolling(column(of), window);
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

  private static List<TimePlot.Band> bands(List<FrameFigures> frames, double first, double end) {
    List<TimePlot.Band> bands = new ArrayList<>();
    String name = "";
    double from = 0;
    for (FrameFigures f : frames) {
      if (!f.domain().equals(name)) {
        if (!name.isEmpty()) {
          bands.add(new TimePlot.Band(PlainText.lines(name), from, f.seconds() - first));
        }
        name = f.domain();
        from = bands.isEmpty() ? 0 : f.seconds() - first;
      }
    }
    if (!name.isEmpty()) {
      bands.add(new TimePlot.Band(PlainText.lines(name), from, end));
    }
    return bands.size() < 2 || bands.size() > MOST_BANDS ? List.of() : bands;
  }
}
