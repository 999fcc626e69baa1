package io.seamark.report;

import io.seamark.chart.TimePlot;
import io.seamark.chart.TimePlot.Hue;
import io.seamark.knowledge.model.Provenance.Phase;
import io.seamark.knowledge.model.Provenance.Point;
import io.seamark.report.RunRecord.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the loss fell in the rounds that made a run's models. */
final class LearningPlots {
  /** Rounds that are drawn at most, the newest. */
  private static final int MOST = 12;

  private LearningPlots() {}

  /** One plot for each version that a round made, oldest first. */
  static List<TimePlot> of(List<ServedModel> models) {
    List<TimePlot> plots = new ArrayList<>();
    for (ServedModel served : models) {
      List<Point> curve = served.model().provenance().curve();
      if (!curve.isEmpty()) {
        plots.add(plot(served.model().version(), curve));
      }
    }
    return plots.subList(Math.max(0, plots.size() - MOST), plots.size());
  }

  private static TimePlot plot(String version, List<Point> curve) {
    Point last = curve.get(curve.size() - 1);
    List<TimePlot.Band> phases = new ArrayList<>();
    double from = 0;
    for (int i = 0; i < curve.size(); i++) {
      Point point = curve.get(i);
      if (i + 1 == curve.size() || curve.get(i + 1).phase() != point.phase()) {
        phases.add(new TimePlot.Band(name(point.phase()), from, point.seconds()));
        from = point.seconds();
      }
    }
    return new TimePlot(
            version,
            String.format(Locale.ROOT, "Loss over the seconds of %d steps.", last.step()),
            last.seconds(),
            phases,
            List.of())
        .line(
            "loss",
            curve.stream().mapToDouble(Point::seconds).toArray(),
            curve.stream().mapToDouble(Point::loss).toArray(),
            Hue.OTHER);
  }

  private static String name(Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }
}
