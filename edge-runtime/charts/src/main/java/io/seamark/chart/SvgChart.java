package io.seamark.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * An XChart drawn as SVG by Batik. Letters become shapes, so a picture looks alike wherever it is
 * opened; what it says stands in its {@code title} and {@code desc} as text too.
 */
public final class SvgChart {
  /** Text, readable on light and dark ground. The page's style sheet knows it by its value. */
  public static final Color INK = new Color(0x6b7685);

  /** Lines behind the curves, known to the page's style sheet too. */
  public static final Color GRID = new Color(0xdfe3e9);

  /** Nothing at all. */
  public static final Color CLEAR = new Color(0, 0, 0, 0);

  private static final String SVG = "http://www.w3.org/2000/svg";
  private static final int DECIMALS = 2;

  private SvgChart() {}

  /**
   * A chart without a frame, with horizontal grid lines.
   *
   * @param width in pixels
   * @param height in pixels
   * @return an empty chart
   */
  public static XYChart plain(int width, int height) {
    XYChart chart = new XYChart(width, height);
    XYStyler style = chart.getStyler();
    style.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setChartFontColor(INK);
    style.setChartBackgroundColor(CLEAR);
    style.setPlotBackgroundColor(CLEAR);
    style.setPlotBorderVisible(false);
    style.setPlotContentSize(1);
    style.setPlotMargin(0);
    style.setChartTitleVisible(false);
    style.setAxisTicksLineVisible(false);
    style.setAxisTicksMarksVisible(false);
    style.setAxisTickLabelsColor(INK);
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setPlotGridVerticalLinesVisible(false);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setLegendBackgroundColor(CLEAR);
    style.setLegendBorderColor(CLEAR);
    style.setLegendPosition(Styler.LegendPosition.OutsideS);
    return chart;
  }

  /**
   * A file of its own.
   *
   * @param chart to draw
   * @param title of the picture
   * @param text what it shows
   * @return SVG, that loads nothing
   * @throws IOException if it cannot be drawn: this Java finds no fonts
   */
  public static String file(XYChart chart, String title, String text) throws IOException {
    return draw(chart, title, text, "") + "\n";
  }

  /**
   * An element of a page.
   *
   * @param chart to draw
   * @param title of the picture
   * @param text what it shows
   * @param id what no other picture of the page is called
   * @return as with {@link #file}; HTML knows the name space by the element's name
   * @throws IOException if it cannot be drawn: this Java finds no fonts
   */
  public static String element(XYChart chart, String title, String text, String id)
      throws IOException {
    return draw(chart, title, text, id).replaceFirst("( xmlns(:xlink)?=\"[^\"]*\")+", "");
  }

  private static String draw(XYChart chart, String title, String text, String id)
      throws IOException {
    int width = chart.getWidth();
    int height = chart.getHeight();
    StringWriter out = new StringWriter();
    try {
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(SVG, "svg", null);
      SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
      context.setComment(null);
      context.setPrecision(DECIMALS);
      // Clips are named, and the names of all pictures of a page are one space.
      context.setIDGenerator(
          new SVGIDGenerator() {
            @Override
            public String generateID(String prefix) {
              return super.generateID(id + prefix);
            }
          });
      SVGGraphics2D graphics = new SVGGraphics2D(context, false);
      chart.paint(graphics, width, height);
      Element root = graphics.getRoot();
      root.setAttribute("viewBox", "0 0 " + width + " " + height);
      root.setAttribute("role", "img");
      root.insertBefore(element(document, "desc", text), root.getFirstChild());
      root.insertBefore(element(document, "title", title), root.getFirstChild());
      graphics.stream(root, out, false, false);
    } catch (ParserConfigurationException e) {
      throw new IOException(e);
    } catch (InternalError | LinkageError e) {
      // What Java says of a machine without fonts depends on what is missing.
      throw new IOException("charts need fontconfig and a font on this machine", e);
    }
    String svg = out.toString();
    return svg.substring(svg.indexOf("<svg"), svg.lastIndexOf('>') + 1);
  }

  private static Element element(Document document, String name, String text) {
    Element element = document.createElementNS(SVG, name);
    element.setTextContent(text);
    return element;
  }
}
