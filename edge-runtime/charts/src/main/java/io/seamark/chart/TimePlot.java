package io.seamark.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Curves over the seconds of a stream, with its domains and the coming of models. */
public final class TimePlot {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 230;
  private static final int MOST_POINTS = 600;

  /** About the width of a letter in pixels, to leave out names that would lie on each other. */
  private static final double LETTER = 7;

  private static final Color BAND = new Color(0x80, 0x90, 0xa0, 0x20);
  private static final Color MODEL = new Color(0x2f8a5f);

  private final String title;
  private final String text;
  private final double end;
  private final List<Series> series = new ArrayList<>();
  private final List<Band> bands;
  private final List<Marker> markers;
  private boolean logarithmic;
  private boolean share;
  private double least;

  /** Colours of curves, readable on light and dark ground; the key in the page has them too. */
  public enum Hue {
    /** What the device does. */
    EDGE(0xd0662a),
    /** What the cloud does. */
    CLOUD(0x2f7fd0),
    /** What is neither's. */
    OTHER(0x7f66d0),
    /** What is in use. */
    MEMORY(0x2f9a6f);

    private final int rgb;

    Hue(int rgb) {
      this.rgb = rgb;
    }

    /**
     * The colour.
     *
     * @return 0xRRGGBB
     */
    public int rgb() {
      return rgb;
    }
  }

  /**
   * A curve, or a dot for each value.
   *
   * @param name what the key calls it
   * @param x seconds
   * @param y values, NaN where there is none
   * @param hue its colour
   * @param dots whether values are not joined
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Series(String name, double[] x, double[] y, Hue hue, boolean dots) {}

  /**
   * A stretch of the stream in one domain.
   *
   * @param name of the domain
   * @param from seconds
   * @param to seconds
   */
  public record Band(String name, double from, double to) {}

  /**
   * Something that happened at a moment.
   *
   * @param name what
   * @param at seconds
   */
  public record Marker(String name, double at) {}

  /**
   * An empty plot.
   *
   * @param title of the picture
   * @param text one sentence on how to read it
   * @param end of the stream in seconds
   * @param bands its domains
   * @param markers what happened
   */
  public TimePlot(String title, String text, double end, List<Band> bands, List<Marker> markers) {
    this.title = title;
    this.text = text;
    this.end = end > 0 ? end : 1;
    this.bands = bands;
    this.markers = markers;
  }

  /**
   * Adds a curve.
   *
   * @param name what the key calls it
   * @param x seconds
   * @param y values, NaN where there is none
   * @param hue its colour
   * @return this
   */
  public TimePlot line(String name, double[] x, double[] y, Hue hue) {
    return add(name, x, y, hue, false);
  }

  /**
   * Adds a dot for each value.
   *
   * @param name what the key calls them
   * @param x seconds
   * @param y values, NaN where there is none
   * @param hue their colour
   * @return this
   */
  public TimePlot dots(String name, double[] x, double[] y, Hue hue) {
    return add(name, x, y, hue, true);
  }

  /**
   * Values that cannot be drawn are left out, and of very many each few are drawn as their mean.
   */
  private TimePlot add(String name, double[] x, double[] y, Hue hue, boolean dots) {
    int bucket = Math.max(1, (x.length + MOST_POINTS - 1) / MOST_POINTS);
    double[] xs = new double[x.length];
    double[] ys = new double[x.length];
    int points = 0;
    for (int i = 0; i < x.length; i += bucket) {
      double sumX = 0;
      double sumY = 0;
      int n = 0;
      for (int k = i; k < Math.min(x.length, i + bucket); k++) {
        if (!Double.isNaN(y[k]) && (!logarithmic || y[k] > 0)) {
          sumX += x[k];
          sumY += y[k];
          n++;
        }
      }
      if (n > 0) {
        xs[points] = sumX / n;
        ys[points++] = sumY / n;
      }
    }
    if (points > 0) {
      series.add(new Series(name, Arrays.copyOf(xs, points), Arrays.copyOf(ys, points), hue, dots));
    }
    return this;
  }

  /**
   * Draws values by their logarithm; to be called before they are added.
   *
   * @return this
   */
  public TimePlot logarithmic() {
    logarithmic = true;
    return this;
  }

  /**
   * Values are shares of 1, shown in percent.
   *
   * @return this
   */
  public TimePlot share() {
    share = true;
    return this;
  }

  /**
   * The axis reaches at least up to here.
   *
   * @param value that must have room
   * @return this
   */
  public TimePlot upTo(double value) {
    least = value;
    return this;
  }

  /**
   * The title.
   *
   * @return of the picture
   */
  public String title() {
    return title;
  }

  /**
   * How to read it.
   *
   * @return one sentence
   */
  public String text() {
    return text;
  }

  /**
   * The curves.
   *
   * @return those with at least one value
   */
  public List<Series> series() {
    return series;
  }

  /**
   * The picture.
   *
   * @param id what no other picture of the page is called
   * @return an element of a page
   * @throws IOException if it cannot be drawn on this machine
   */
  public String svg(String id) throws IOException {
    double low = values().min().orElse(1);
    double high = Math.max(least, values().max().orElse(1));
    double bottom = logarithmic ? decade(low, Math.floor(Math.log10(low))) : 0;
    double top = logarithmic ? decade(high, Math.ceil(Math.log10(high))) : high * 1.1;
    if (!(top > bottom)) {
      top = logarithmic ? 10 * bottom : 1;
    }
    XYChart chart = SvgChart.plain(WIDTH, HEIGHT);
    XYStyler style = chart.getStyler();
    style.setLegendVisible(false);
    style.setMarkerSize(4);
    style.setXAxisMin(0.0).setXAxisMax(end).setYAxisMin(bottom).setYAxisMax(top);
    style.setYAxisLogarithmic(logarithmic).setYAxisLogarithmicDecadeOnly(true);
    style.setYAxisTickMarkSpacingHint(36);
    style.setXAxisTickLabelsFormattingFunction(x -> number(x) + (x == 0 ? "" : " s"));
    style.setYAxisTickLabelsFormattingFunction(y -> share ? Math.round(100 * y) + " %" : number(y));
    style.setAnnotationLineColor(MODEL);
    style.setAnnotationLineStroke(
        new BasicStroke(
            1.3f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {4, 3}, 0));
    style.setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    style.setAnnotationTextFontColor(SvgChart.INK);
    bands(chart, bottom, top);
    for (Series s : series) {
      draw(chart, s);
    }
    markers(chart, bottom, top);
    return SvgChart.element(chart, title, text, id);
  }

  private DoubleStream values() {
    return series.stream().flatMapToDouble(s -> Arrays.stream(s.y));
  }

  private static double decade(double value, double power) {
    return value > 0 ? Math.pow(10, power) : 1;
  }

  private static void draw(XYChart chart, Series s) {
    Color colour = new Color(s.hue.rgb);
    XYSeries drawn = chart.addSeries(s.name, s.x, s.y);
    drawn.setLineColor(colour).setLineWidth(2);
    drawn.setMarkerColor(colour).setMarker(s.dots ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    if (s.dots) {
      drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    }
  }

  /** Every second domain lies on a ground of its own. */
  private void bands(XYChart chart, double bottom, double top) {
    for (int i = 0; i < bands.size(); i++) {
      Band band = bands.get(i);
      if (i % 2 == 1 && band.to > band.from) {
        XYSeries ground =
            chart.addSeries(
                "band " + i, new double[] {band.from, band.to}, new double[] {top, top});
        ground.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
        ground.setFillColor(BAND);
        ground.setLineColor(SvgChart.CLEAR);
        ground.setMarker(SeriesMarkers.NONE);
      }
      if ((band.to - band.from) * WIDTH / end > LETTER * band.name.length()) {
        chart.addAnnotation(
            new AnnotationText(band.name, (band.from + band.to) / 2, at(0.05, bottom, top), false));
      }
    }
  }

  private void markers(XYChart chart, double bottom, double top) {
    double free = Double.NEGATIVE_INFINITY;
    for (Marker marker : markers) {
      chart.addAnnotation(new AnnotationLine(marker.at, true, false));
      double letters = LETTER * (marker.name.length() + 1) * end / WIDTH;
      // Beside its line: to the right, or where there is no room to the left.
      double middle = marker.at + (marker.at + letters < end ? letters : -letters) / 2;
      if (middle - letters / 2 >= free) {
        chart.addAnnotation(new AnnotationText(marker.name, middle, at(0.96, bottom, top), false));
        free = middle + letters / 2;
      }
    }
  }

  private double at(double height, double bottom, double top) {
    return logarithmic ? bottom * Math.pow(top / bottom, height) : bottom + height * (top - bottom);
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
