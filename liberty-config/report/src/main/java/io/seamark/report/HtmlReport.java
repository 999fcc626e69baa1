package io.seamark.report;

import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.seamark.durable.DurableFiles;
import io.seamark.text.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes what a run showed: a page for people, in one file that needs nothing else and loads
 * nothing. Its form is the template {@code report.mustache}, which escapes every value; what it
 * says is a {@link ReportPage}.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * Writes the page.
   *
   * @param file to write, replaced if it is there
   * @param run what to tell
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, RunRecord run) throws IOException {
    DurableFiles.replace(file, page(run));
  }

  /**
   * The page.
   *
   * @param run what to tell
   * @return HTML in UTF-8, with everything in it that it needs
   * @throws IOException if the template cannot be read
   */
  public static byte[] page(RunRecord run) throws IOException {
    Template template =
        Mustache.compiler()
            .withEscaper(text -> Escapers.HTML.escape(PlainText.lines(text)))
            .strictSections(true)
            .emptyStringIsFalse(true)
            .compile(resource("report.mustache"));
    return template
        .execute(ReportPage.of(run, resource("report.css")))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is missing from the installation");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
