package io.seamark.knowledge.job;

import io.seamark.knowledge.training.RoundControl;
import io.seamark.text.PlainText;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the log of a round's pod as it comes: every line goes to this log, and those that tell of
 * progress, as {@code seamark train} writes them without a terminal, to the round's control.
 */
final class RoundLog extends OutputStream {
  private static final Logger LOG = LoggerFactory.getLogger(RoundLog.class);
  private static final Pattern TRAINED =
      Pattern.compile("train (\\d{1,9})/(\\d{1,9}) loss (\\d{1,9}\\.\\d{1,9}).*");
  private static final Pattern JUDGED = Pattern.compile("judge (\\d{1,9})/(\\d{1,9}).*");
  private static final Pattern RESUMED =
      Pattern.compile("goes on with the round .* after (\\d{1,9}) of (\\d{1,9}) steps");

  /** What is longer is cut: nobody reads it. */
  private static final int MAX_LINE = 2000;

  private final String job;
  private final RoundControl control;
  private final byte[] line = new byte[MAX_LINE];
  private int length;

  RoundLog(String job, RoundControl control) {
    this.job = job;
    this.control = control;
  }

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      said(new String(line, 0, length, StandardCharsets.UTF_8));
      length = 0;
    } else if (length < line.length) {
      line[length++] = (byte) b;
    }
  }

  private void said(String text) {
    // The figures at the end come with the version too.
    if (text.isBlank() || text.startsWith("{")) {
      return;
    }
    LOG.info("event=training_job_said job={} line=\"{}\"", job, PlainText.line(text));
    Matcher trained = TRAINED.matcher(text);
    Matcher judged = JUDGED.matcher(text);
    Matcher resumed = RESUMED.matcher(text);
    if (trained.matches() && !trained.group(2).equals("0")) {
      control.trained(number(trained, 1), number(trained, 2), Double.parseDouble(trained.group(3)));
    } else if (judged.matches()) {
      control.judged(number(judged, 1), number(judged, 2));
    } else if (resumed.matches()) {
      control.resumed(number(resumed, 1), number(resumed, 2));
    }
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
