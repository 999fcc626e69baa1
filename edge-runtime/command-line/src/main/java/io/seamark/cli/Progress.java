package io.seamark.cli;

import io.seamark.setting.SettingGroup;
import io.seamark.text.PlainText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far the work is, on standard error: a bar with live figures on a terminal, otherwise a
 * plain line for each tenth.
 */
public final class Progress implements AutoCloseable {
  private final String task;
  private final long total;
  private final PrintWriter err;
  private final @Nullable ProgressBar bar;
  private long done;
  private long printed;

  /**
   * Starts to show.
   *
   * @param task what is done, one or two words
   * @param total steps in all; negative if unknown
   * @param err standard error
   */
  public Progress(String task, long total, PrintWriter err) {
    this(task, total, 0, err);
  }

  /**
   * Goes on to show.
   *
   * @param task what is done, one or two words
   * @param total steps in all; negative if unknown
   * @param before steps that were done before, at least 0
   * @param err standard error
   */
  public Progress(String task, long total, long before, PrintWriter err) {
    this.task = task;
    this.total = total;
    this.done = before;
    this.printed = total > 0 ? before * 10 / total : 0;
    this.err = err;
    this.bar = terminal() ? bar(task, total, before) : null;
  }

  // The launcher tells, since Java only knows of a terminal on both ends.
  private static boolean terminal() {
    return SettingGroup.LAUNCHER
        .read(key -> Optional.ofNullable(System.getProperty(key)))
        .terminal();
  }

  private static ProgressBar bar(String task, long total, long before) {
    boolean plain = System.getenv("NO_COLOR") != null;
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .startsFrom(before, Duration.ZERO)
        .setStyle(plain ? ProgressBarStyle.ASCII : ProgressBarStyle.COLORFUL_UNICODE_BAR)
        .setConsumer(new ConsoleProgressBarConsumer(new PrintStream(System.err, true)))
        .setUpdateIntervalMillis(250)
        .continuousUpdate()
        .build();
  }

  /**
   * One step was done.
   *
   * @param live figures, short
   */
  public synchronized void step(String live) {
    String figures = PlainText.line(live);
    done++;
    if (bar != null) {
      bar.setExtraMessage(" " + figures);
      bar.step();
    } else if (total > 0 ? done * 10 / total > printed : done % 100 == 0) {
      printed = total > 0 ? done * 10 / total : printed;
      err.println(task + " " + done + (total > 0 ? "/" + total : "") + " " + figures);
      err.flush();
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
