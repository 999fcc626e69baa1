package io.seamark.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

class CurvePictureTest {
  private static Document parse(String svg)
      throws ParserConfigurationException, SAXException, IOException {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisplayName("each curve has a line of its colour, its point and its name")
  void curves() throws ParserConfigurationException, SAXException, IOException {
    String svg =
        new CurvePicture("Accuracy", "share", "mean IoU")
            .curve("rfnet <b>\u001b[2J", new double[] {0.5, 0.6, 0.7}, 0.5, 0.6)
            .curve("second", new double[] {0.5, Double.NaN, 0.65}, Double.NaN, Double.NaN)
            .curve("nothing", new double[] {Double.NaN, Double.NaN}, Double.NaN, Double.NaN)
            .svg();
    Document document = parse(svg);
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals("Accuracy", document.getElementsByTagName("title").item(0).getTextContent());
    assertEquals(
        "rfnet <b>\\u001b[2J: 50 % uploaded, 0.6000; second; nothing",
        document.getElementsByTagName("desc").item(0).getTextContent());
    assertEquals(1, document.getElementsByTagName("circle").getLength());
    assertTrue(svg.contains("stroke=\"rgb(11,110,153)\""));
    assertTrue(svg.contains("stroke=\"rgb(196,80,27)\""));
    assertFalse(svg.contains("stroke=\"rgb(58,125,52)\""));
    assertFalse(svg.contains("NaN") || svg.contains("<!DOCTYPE"));
  }

  @Test
  @DisplayName("a picture without curves, and one of equal values, can be drawn")
  void edgeCases() throws ParserConfigurationException, SAXException, IOException {
    parse(new CurvePicture("t", "x", "y").svg());
    parse(new CurvePicture("t", "x", "y").curve("c", new double[] {0, 0}, 0, 0).svg());
    CurvePicture picture = new CurvePicture("t", "x", "y");
    assertThrows(IllegalArgumentException.class, () -> picture.curve("c", new double[] {1}, 0, 0));
  }
}
