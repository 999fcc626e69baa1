package io.seamark.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Curves over a share from 0 to 1, each with a marked point, as one self-contained SVG file. */
public final class CurvePicture {
  private static final int WIDTH = 720;
  private static final int PLOT = 360;
  private static final int LEFT = 64;
  private static final int RIGHT = 28;
  private static final int TOP = 40;
  private static final int BOTTOM = 48;
  private static final int KEY_LINE = 18;
  private static final int KEY_GAP = 16;

  /** Longer names would run out of the picture. */
  private static final int LONGEST_NAME = 70;

  /** A smaller range would make hills of noise. */
  private static final double LEAST_RANGE = 0.02;

  private static final List<String> COLOURS =
      List.of("#0b6e99", "#c4501b", "#3a7d34", "#8a3d8f", "#9a7b00", "#4a4a4a", "#d0417e");

  private final String title;
  private final String across;
  private final String up;
  private final List<Curve> curves = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent")
  private record Curve(String name, double[] values, double share, double value) {}

  /**
   * An empty picture.
   *
   * @param title heading
   * @param across what the share is of
   * @param up what the values are
   */
  public CurvePicture(String title, String across, String up) {
    this.title = title;
    this.across = across;
    this.up = up;
  }

  /**
   * Adds a curve.
   *
   * @param name for the key
   * @param values at evenly spaced shares from 0 to 1, at least 2
   * @param share where the marked point is; NaN for none
   * @param value of the marked point
   * @return this
   */
  public CurvePicture curve(String name, double[] values, double share, double value) {
    if (values.length < 2) {
      throw new IllegalArgumentException("a curve needs at least 2 values");
    }
    curves.add(new Curve(name, values.clone(), share, value));
    return this;
  }

  /**
   * The file.
   *
   * @return SVG 1.1
   */
  public String svg() {
    double[] all =
        curves.stream()
            .flatMapToDouble(c -> Arrays.stream(c.values))
            .filter(v -> !Double.isNaN(v))
            .sorted()
            .toArray();
    double low = all.length == 0 ? 0 : all[0];
    double high = all.length == 0 ? 1 : all[all.length - 1];
    double half = Math.max(high - low, LEAST_RANGE) / 2;
    double middle = (low + high) / 2;
    double step = Plot.steps(2 * half).get(1);
    double bottom = Math.max(0, step * Math.floor((middle - half) / step));
    double top = step * Math.ceil((middle + half) / step);
    int height = PLOT + KEY_GAP + KEY_LINE * curves.size();
    StringBuilder out = new StringBuilder(8192);
    append(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\"><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>"
            + "<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">%s</text>%n",
        WIDTH,
        height,
        LEFT,
        Text.escape(title));
    for (int i = 0; bottom + i * step <= top + step / 1e6; i++) {
      double value = bottom + i * step;
      double y = y(value, bottom, top);
      append(
          out,
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
              + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3f</text>%n",
          LEFT,
          WIDTH - RIGHT,
          y,
          y,
          LEFT - 6,
          y + 4,
          value);
    }
    for (int percent = 0; percent <= 100; percent += 10) {
      append(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d %%</text>%n",
          x(percent / 100.0),
          PLOT - BOTTOM + 18,
          percent);
    }
    append(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>"
            + "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
        (LEFT + WIDTH - RIGHT) / 2,
        PLOT - BOTTOM + 38,
        Text.escape(across),
        (TOP + PLOT - BOTTOM) / 2,
        Text.escape(up));
    for (int i = 0; i < curves.size(); i++) {
      draw(out, curves.get(i), i, bottom, top);
    }
    return out.append("</svg>\n").toString();
  }

  private void draw(StringBuilder out, Curve curve, int index, double bottom, double top) {
    String colour = COLOURS.get(index % COLOURS.size());
    // Curves of the same colour are told apart by their dashes.
    String dash = index < COLOURS.size() ? "none" : (3 + index / COLOURS.size()) + " 3";
    StringBuilder path = new StringBuilder();
    for (int k = 0; k < curve.values.length; k++) {
      if (!Double.isNaN(curve.values[k])) {
        append(
            path,
            "%s%.1f %.1f",
            path.length() == 0 ? "M" : "L",
            x((double) k / (curve.values.length - 1)),
            y(curve.values[k], bottom, top));
      }
    }
    append(
        out,
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"%s\"/>%n",
        path,
        colour,
        dash);
    String point = "";
    if (!Double.isNaN(curve.share) && !Double.isNaN(curve.value)) {
      append(
          out,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\" fill=\"%s\"/>%n",
          x(curve.share),
          y(curve.value, bottom, top),
          colour);
      point =
          String.format(Locale.ROOT, ": %.0f %% uploaded, %.4f", 100 * curve.share, curve.value);
    }
    int y = PLOT + KEY_GAP + KEY_LINE * index;
    append(
        out,
        "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\""
            + " stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\"><title>%s</title>%s</text>%n",
        LEFT,
        LEFT + 24,
        y - 4,
        y - 4,
        colour,
        dash,
        LEFT + 32,
        y,
        Text.escape(curve.name + point),
        Text.escape(shortened(curve.name) + point));
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 3) + "...";
  }

  private static double x(double share) {
    return LEFT + (WIDTH - LEFT - RIGHT) * share;
  }

  private static double y(double value, double bottom, double top) {
    return PLOT - BOTTOM - (PLOT - TOP - BOTTOM) * (value - bottom) / (top - bottom);
  }

  private static void append(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
