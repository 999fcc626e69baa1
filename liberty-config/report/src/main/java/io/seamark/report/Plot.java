package io.seamark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plot over time as inline SVG. Colours come from the page's style sheet, by class. */
final class Plot {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 250;
  private static final int LEFT = 56;
  private static final int RIGHT = 12;
  private static final int TOP = 30;
  private static final int BOTTOM = 32;
  private static final int MOST_POINTS = 600;

  private final String title;
  private final String text;
  private final List<Series> series = new ArrayList<>();
  private final List<Band> bands;
  private final List<Marker> markers;
  private final double end;
  private boolean logarithmic;
  private boolean share;
  private double least = Double.NaN;

  /** A line, or dots, of one style class {@code s0}, {@code s1} and so on. */
  private record Series(String name, double[] x, double[] y, int style, boolean dots) {}

  /** A stretch of the stream in one domain. */
  record Band(String name, double from, double to) {}

  /** Something that happened at a moment. */
  record Marker(String name, double at) {}

  /**
   * An empty plot.
   *
   * @param text one sentence on how to read it
   */
  Plot(String title, String text, double end, List<Band> bands, List<Marker> markers) {
    this.title = title;
    this.text = text;
    this.end = end > 0 ? end : 1;
    this.bands = bands;
    this.markers = markers;
  }

  Plot line(String name, double[] x, double[] y, int style) {
    series.add(new Series(name, x, y, style, false));
    return this;
  }

  Plot dots(String name, double[] x, double[] y, int style) {
    series.add(new Series(name, x, y, style, true));
    return this;
  }

  Plot logarithmic() {
    logarithmic = true;
    return this;
  }

  /** Values are shares of 1, shown in percent on an axis from 0 to at most 100. */
  Plot share() {
    share = true;
    return this;
  }

  /** The axis reaches at least up to here. */
  Plot upTo(double value) {
    least = value;
    return this;
  }

  boolean empty() {
    for (Series s : series) {
      for (double y : s.y) {
        if (!Double.isNaN(y)) {
          return false;
        }
      }
    }
    return true;
  }

  String svg() {
    double high = Double.isNaN(least) ? 0 : least;
    double low = Double.POSITIVE_INFINITY;
    for (Series s : series) {
      for (double y : s.y) {
        if (!Double.isNaN(y)) {
          high = Math.max(high, y);
          if (y > 0) {
            low = Math.min(low, y);
          }
        }
      }
    }
    List<Double> ticks = logarithmic ? decades(low, high) : steps(high);
    double bottom = logarithmic ? ticks.get(0) : 0;
    double top = Math.max(ticks.get(ticks.size() - 1), logarithmic ? high : 0);
    StringBuilder out = new StringBuilder(8192);
    out.append("<figure class=\"plot\"><figcaption><b>")
        .append(Text.escape(title))
        .append("</b> ")
        .append(Text.escape(text))
        .append("</figcaption>");
    append(
        out,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH,
        HEIGHT,
        Text.escape(title + ". " + text));
    bands(out);
    for (double tick : ticks) {
      double y = y(tick, bottom, top);
      append(
          out,
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
          LEFT,
          WIDTH - RIGHT,
          y,
          y);
      append(
          out,
          "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT - 7,
          y + 4,
          share ? Math.round(100 * tick) + " %" : plain(tick));
    }
    for (double tick : steps(end)) {
      if (tick <= end) {
        append(
            out,
            "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            x(tick),
            HEIGHT - BOTTOM + 18,
            plain(tick) + (tick == 0 ? "" : " s"));
      }
    }
    markers(out);
    for (Series s : series) {
      draw(out, s, bottom, top);
    }
    bandNames(out);
    out.append("</svg><div class=\"key\">");
    for (Series s : series) {
      append(out, "<span><i class=\"s%d\"></i>%s</span>", s.style, Text.escape(s.name));
    }
    if (!markers.isEmpty()) {
      out.append("<span><i class=\"mark\"></i>new model on the edge</span>");
    }
    out.append("</div></figure>\n");
    return out.toString();
  }

  private void bands(StringBuilder out) {
    for (int i = 0; i < bands.size(); i++) {
      Band band = bands.get(i);
      double from = x(band.from);
      double to = x(band.to);
      if (i % 2 == 1) {
        append(
            out,
            "<rect class=\"band\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
            from,
            TOP,
            Math.max(0, to - from),
            HEIGHT - TOP - BOTTOM);
      }
    }
  }

  private void bandNames(StringBuilder out) {
    for (Band band : bands) {
      double from = x(band.from);
      double to = x(band.to);
      if (to - from > 7.5 * band.name.length()) {
        append(
            out,
            "<text class=\"domain\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            (from + to) / 2,
            HEIGHT - BOTTOM - 7,
            Text.escape(band.name));
      }
    }
  }

  private void markers(StringBuilder out) {
    double free = Double.NEGATIVE_INFINITY;
    for (Marker marker : markers) {
      double x = x(marker.at);
      append(
          out,
          "<line class=\"mark\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"><title>%s</title></line>",
          x,
          x,
          TOP - 6,
          HEIGHT - BOTTOM,
          Text.escape(marker.name));
      double half = 3.6 * marker.name.length();
      if (x - half > free) {
        append(
            out,
            "<text class=\"version\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            Math.min(x, WIDTH - RIGHT - half),
            TOP - 11,
            Text.escape(marker.name));
        free = x + half + 4;
      }
    }
  }

  private void draw(StringBuilder out, Series s, double bottom, double top) {
    int bucket = Math.max(1, (s.x.length + MOST_POINTS - 1) / MOST_POINTS);
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (int i = 0; i < s.x.length; i += bucket) {
      double sumX = 0;
      double sumY = 0;
      int n = 0;
      for (int k = i; k < Math.min(s.x.length, i + bucket); k++) {
        if (!Double.isNaN(s.y[k]) && (!logarithmic || s.y[k] > 0)) {
          sumX += s.x[k];
          sumY += s.y[k];
          n++;
        }
      }
      if (n == 0) {
        continue;
      }
      double x = x(sumX / n);
      double y = y(sumY / n, bottom, top);
      if (s.dots) {
        append(out, "<circle class=\"s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.2\"/>", s.style, x, y);
      } else {
        append(path, "%s%.1f %.1f", pen ? "L" : "M", x, y);
        pen = true;
      }
    }
    if (pen) {
      append(out, "<path class=\"s%d\" d=\"%s\"/>", s.style, path);
    }
  }

  private double x(double seconds) {
    return LEFT + (WIDTH - LEFT - RIGHT) * Math.max(0, Math.min(1, seconds / end));
  }

  private double y(double value, double bottom, double top) {
    double at =
        logarithmic
            ? Math.log(value / bottom) / Math.log(top / bottom)
            : (value - bottom) / (top - bottom);
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * at;
  }

  private static List<Double> decades(double low, double high) {
    if (Double.isInfinite(low)) {
      return List.of(1.0, 10.0);
    }
    List<Double> ticks = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(low) + 1e-9);
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(high) - 1e-9));
    for (int power = first; power <= last; power++) {
      ticks.add(Math.pow(10, power));
    }
    return ticks;
  }

  /** Round steps from 0 up to the first that is not below the value. */
  static List<Double> steps(double high) {
    double rough = (high > 0 ? high : 1) / 4;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ticks.add(i * step);
      if (i * step >= high - 1e-12) {
        break;
      }
    }
    return ticks;
  }

  private static String plain(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  private static void append(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
