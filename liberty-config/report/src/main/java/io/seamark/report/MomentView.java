package io.seamark.report;

import io.seamark.perception.ClassMap;
import io.seamark.perception.SegmentMask;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A frame with its pictures, as the template {@code report.mustache} shows it.
 *
 * @param strip its pictures from left to right
 */
record MomentView(
    String id,
    String domain,
    boolean hard,
    String reason,
    String score,
    String threshold,
    String model,
    List<Picture> strip) {

  /** A picture as a {@code data:} URI; without one the note stands in its place. */
  record Picture(String name, String uri, String note) {}

  static MomentView of(Moment m) {
    FrameFigures f = m.figures();
    List<Picture> strip = new ArrayList<>();
    strip.add(new Picture("frame", Pictures.camera(m.frame()), ""));
    strip.add(new Picture("edge", Pictures.answer(m.frame(), m.edge()), iou(f.iouEdge())));
    List<SegmentMask> masks = m.masks();
    if (masks != null) {
      String name = masks.size() + (masks.size() == 1 ? " mask" : " masks");
      strip.add(new Picture(name, Pictures.masks(m.frame(), masks), ""));
    }
    ClassMap fused = m.fused();
    if (fused != null) {
      strip.add(new Picture("fused", Pictures.answer(m.frame(), fused), iou(f.iouSystem())));
    } else {
      strip.add(
          new Picture(
              "",
              "",
              f.hard()
                  ? "The cloud's answer did not come; the edge's own went out."
                  : "Easy: the edge's answer went out at once, nothing was sent."));
    }
    ClassMap label = m.label();
    if (label != null) {
      strip.add(new Picture("label", Pictures.answer(m.frame(), label), ""));
    }
    return new MomentView(
        f.id(),
        f.domain(),
        f.hard(),
        m.reason(),
        String.format(Locale.ROOT, "%.3f", f.score()),
        String.format(Locale.ROOT, "%.3f", f.threshold()),
        f.modelVersion(),
        strip);
  }

  private static String iou(double value) {
    return Double.isNaN(value) ? "" : "mIoU " + Text.percent(value);
  }
}
