package io.seamark.sedna;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.seamark.cli.Seamark;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks again as Sedna's library does: so often, with the same pause each time. */
public final class Retries {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  private final RetryPolicy<Object> policy;

  /**
   * What is tried.
   *
   * @param <T> what comes of it
   */
  public interface Attempt<T> {
    /**
     * Tries once.
     *
     * @return what came of it
     * @throws IOException if it is worth another attempt
     * @throws InterruptedException if the thread was interrupted
     */
    T run() throws IOException, InterruptedException;
  }

  /**
   * A policy.
   *
   * @param attempts how often is tried, at least 1
   * @param pauseSeconds between two attempts
   */
  public Retries(int attempts, double pauseSeconds) {
    policy =
        RetryPolicy.builder()
            .handle(List.of(IOException.class))
            .withMaxAttempts(attempts)
            .withDelay(Duration.ofNanos(Math.max(1, Math.round(1e9 * pauseSeconds))))
            .onFailedAttempt(
                failed ->
                    LOG.warn(
                        "event=attempt_failed attempt={} of={} reason=\"{}\"",
                        failed.getAttemptCount(),
                        attempts,
                        Seamark.message(failed.getLastException())))
            .build();
  }

  /**
   * Tries until it succeeds or has been tried often enough.
   *
   * @param attempt what is tried
   * @param <T> what comes of it
   * @return what came of the attempt that succeeded
   * @throws IOException of the last attempt
   */
  public <T> T run(Attempt<T> attempt) throws IOException {
    try {
      return Failsafe.with(policy).get(attempt::run);
    } catch (FailsafeException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
      throw e;
    }
  }
}
