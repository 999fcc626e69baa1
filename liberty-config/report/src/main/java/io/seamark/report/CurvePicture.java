package io.seamark.report;

import io.seamark.chart.SvgChart;
import io.seamark.text.PlainText;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Curves over a share from 0 to 1, each with a marked point, as one self-contained SVG file. */
public final class CurvePicture {
  private static final int WIDTH = 1000;
  private static final int PLOT = 460;
  private static final int KEY_LINE = 42;

  /** A smaller range would make hills of noise. */
  private static final double LEAST_RANGE = 0.02;

  private static final int[] COLOURS = {
    0x0b6e99, 0xc4501b, 0x3a7d34, 0x8a3d8f, 0x9a7b00, 0x4a4a4a, 0xd0417e
  };

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
   * @throws IOException if it cannot be drawn: this Java finds no fonts
   */
  public String svg() throws IOException {
    double[] all =
        curves.stream()
            .flatMapToDouble(c -> Arrays.stream(c.values))
            .filter(v -> !Double.isNaN(v))
            .sorted()
            .toArray();
    double low = all.length == 0 ? 0 : all[0];
    double high = all.length == 0 ? 1 : all[all.length - 1];
    double half = 1.05 * Math.max(high - low, LEAST_RANGE) / 2;
    double middle = (low + high) / 2;
    XYChart chart = SvgChart.plain(WIDTH, PLOT + KEY_LINE * curves.size());
    chart.setTitle(PlainText.lines(title));
    chart.setXAxisTitle(PlainText.lines(across));
    chart.setYAxisTitle(PlainText.lines(up));
    XYStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setChartFontColor(Color.BLACK);
    style.setAxisTickLabelsColor(Color.BLACK);
    style.setChartTitleVisible(true);
    style.setChartTitleBoxVisible(false);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    style.setLegendLayout(Styler.LegendLayout.Vertical);
    style.setMarkerSize(9);
    style.setXAxisMin(0.0).setXAxisMax(1.0);
    style.setYAxisMin(Math.max(0, middle - half)).setYAxisMax(middle + half);
    style.setXAxisTickLabelsFormattingFunction(x -> Math.round(100 * x) + " %");
    style.setYAxisTickLabelsFormattingFunction(y -> String.format(Locale.ROOT, "%.3f", y));
    for (int i = 0; i < curves.size(); i++) {
      draw(chart, curves.get(i), i);
    }
    String names =
        curves.stream()
            .map(c -> PlainText.lines(c.name) + (marked(c) ? ": " + point(c) : ""))
            .collect(Collectors.joining("; "));
    return SvgChart.file(chart, PlainText.lines(title), names);
  }

  private static void draw(XYChart chart, Curve curve, int index) {
    double[] x = new double[curve.values.length];
    double[] y = new double[x.length];
    int points = 0;
    for (int k = 0; k < x.length; k++) {
      if (!Double.isNaN(curve.values[k])) {
        x[points] = (double) k / (x.length - 1);
        y[points++] = curve.values[k];
      }
    }
    if (points == 0) {
      return;
    }
    Color colour = new Color(COLOURS[index % COLOURS.length]);
    // Curves of the same colour are told apart by their dashes.
    float[] dash = index < COLOURS.length ? null : new float[] {3 + index / COLOURS.length, 3};
    XYSeries line =
        chart.addSeries("curve " + index, Arrays.copyOf(x, points), Arrays.copyOf(y, points));
    String point = point(curve);
    // In two lines: XChart shortens a line that is wider than half of the picture.
    line.setLabel(PlainText.lines(curve.name) + (point.isEmpty() ? "" : "\n" + point));
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(colour);
    line.setLineStyle(
        new BasicStroke(1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0));
    if (marked(curve)) {
      XYSeries mark =
          chart.addSeries("point " + index, new double[] {curve.share}, new double[] {curve.value});
      mark.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
      mark.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(colour);
      mark.setShowInLegend(false);
    }
  }

  private static boolean marked(Curve curve) {
    return !Double.isNaN(curve.share) && !Double.isNaN(curve.value);
  }

  private static String point(Curve curve) {
    return marked(curve)
        ? String.format(Locale.ROOT, "%.0f %% uploaded, %.4f", 100 * curve.share, curve.value)
        : "";
  }
}
