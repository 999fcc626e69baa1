package io.seamark.sedna.job;

import io.seamark.knowledge.training.RoundControl;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how far a round is, and ends it after the step it is in when the process is to end. */
final class Stopping implements RoundControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stopping.class);
  private static final long PATIENCE_SECONDS = 25;
  private static final int PARTS = 10;

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopped;

  Stopping() {
    // The process must not end within a step: TensorFlow's threads would lose what they work on.
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "seamark-stop"));
  }

  private void stop() {
    stopped = true;
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("event=round_not_ended seconds={}", PATIENCE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean cancelled() {
    return stopped;
  }

  @Override
  public void resumed(int done, int steps) {
    LOG.info("event=round_resumed step={} of={}", done, steps);
  }

  @Override
  public void trained(int done, int steps, double loss) {
    if (done * PARTS / steps > (done - 1) * PARTS / steps) {
      LOG.info(
          "event=trained step={} of={} loss={}",
          done,
          steps,
          String.format(Locale.ROOT, "%.4f", loss));
    }
  }

  @Override
  public void judged(int done, int frames) {
    if (done == frames) {
      LOG.info("event=judged frames={}", frames);
    }
  }

  @Override
  public void close() {
    ended.countDown();
  }
}
