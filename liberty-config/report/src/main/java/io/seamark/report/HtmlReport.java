package io.seamark.report;

import io.seamark.chart.HtmlPage;
import io.seamark.durable.DurableFiles;
import java.io.IOException;
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
    return HtmlPage.of(HtmlReport.class, "report.mustache", ReportPage.of(run, HtmlPage.style()));
  }
}
