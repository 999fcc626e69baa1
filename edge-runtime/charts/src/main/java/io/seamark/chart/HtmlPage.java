package io.seamark.chart;

import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import io.seamark.text.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A page that holds everything it needs, in the one style of all of them. */
public final class HtmlPage {
  private HtmlPage() {}

  /**
   * The style sheet, which a page holds.
   *
   * @return CSS
   * @throws IOException if it is missing from the installation
   */
  public static String style() throws IOException {
    return resource(HtmlPage.class, "page.css");
  }

  /**
   * Fills a template.
   *
   * @param beside a class in whose package the template lies
   * @param template name of a Mustache file; {@code {{x}}} is escaped, {@code {{{x}}}} is not
   * @param view what the template names
   * @return HTML in UTF-8
   * @throws IOException if the template is missing from the installation
   */
  public static byte[] of(Class<?> beside, String template, Object view) throws IOException {
    return Mustache.compiler()
        .withEscaper(text -> Escapers.HTML.escape(PlainText.lines(text)))
        .strictSections(true)
        .emptyStringIsFalse(true)
        .compile(resource(beside, template))
        .execute(view)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String resource(Class<?> beside, String name) throws IOException {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is missing from the installation");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
