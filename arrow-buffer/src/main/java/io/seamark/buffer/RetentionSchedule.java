package io.seamark.buffer;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has retention run by itself: once at the start, and then every hour, until it is closed. */
public final class RetentionSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionSchedule.class);
  private static final Duration PERIOD = Duration.ofHours(1);

  /** Longer than one segment takes to be written. */
  private static final Duration ENDING = Duration.ofSeconds(60);

  private final Retention retention;
  private final Thread thread = new Thread(this::loop, "seamark-retention");
  private volatile boolean closed;

  private RetentionSchedule(Retention retention) {
    this.retention = retention;
    thread.setDaemon(true);
  }

  /**
   * Begins.
   *
   * @param retention of a buffer that is closed only after this
   * @return to be closed
   */
  public static RetentionSchedule start(Retention retention) {
    RetentionSchedule schedule = new RetentionSchedule(retention);
    schedule.thread.start();
    return schedule;
  }

  private void loop() {
    try {
      while (!closed) {
        run();
        // close() interrupts it.
        Thread.sleep(PERIOD.toMillis());
      }
    } catch (InterruptedException e) {
      LOG.debug("retention ends");
    }
  }

  /** What a run throws must not end the schedule. */
  private void run() {
    try {
      retention.run();
    } catch (RuntimeException | Error e) {
      LOG.error("dropping samples for their age failed, and is tried again in an hour", e);
    }
  }

  /**
   * What retention has done.
   *
   * @return after its last run
   */
  public Retention.State state() {
    return retention.state();
  }

  /** Waits until the segment is written that is being written. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(ENDING.toMillis());
      if (thread.isAlive()) {
        LOG.warn("retention does not end within {}", ENDING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
