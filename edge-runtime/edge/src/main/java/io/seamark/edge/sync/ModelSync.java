package io.seamark.edge.sync;

import io.seamark.durable.DurableFiles;
import io.seamark.edge.metrics.EdgeMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings new models: asks, fetches, checks, and puts them in line for the next frame. What fails
 * leaves the model in service untouched and is tried again, more and more rarely.
 */
public final class ModelSync implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelSync.class);
  private static final int LONGEST_WAIT = 16;

  private final ModelSource models;
  private final LiveModel live;
  private final ModelFolder folder;
  private final Duration interval;
  private final EdgeMetrics metrics;
  private final Thread thread;
  // What the cloud is known to serve; null until it was first heard of.
  private @Nullable String known;
  private volatile boolean closed;

  /** What came of one attempt. */
  public sealed interface Outcome {}

  /** The model in service is the serving one. */
  public record Unchanged() implements Outcome {}

  /**
   * A new model is in line for the next frame.
   *
   * @param version which
   */
  public record Updated(ModelAnnouncement version) implements Outcome {}

  /**
   * Nothing was changed.
   *
   * @param reason one line for people
   */
  public record Failed(String reason) implements Outcome {}

  /**
   * A synchronisation that is not yet running.
   *
   * @param models where they come from
   * @param live the model in service
   * @param folder keeps the files
   * @param interval between two questions
   * @param metrics counts updates and failures
   */
  public ModelSync(
      ModelSource models,
      LiveModel live,
      ModelFolder folder,
      Duration interval,
      EdgeMetrics metrics) {
    this.models = models;
    this.live = live;
    this.folder = folder;
    this.interval = interval;
    this.metrics = metrics;
    this.thread = new Thread(this::loop, "seamark-model-sync");
    this.thread.setDaemon(true);
  }

  /** Starts to ask. */
  public void start() {
    thread.start();
  }

  private void loop() {
    int failures = 0;
    try {
      while (!closed) {
        failures = poll() instanceof Failed ? failures + 1 : 0;
        int factor = failures == 0 ? 1 : Math.min(LONGEST_WAIT, 1 << Math.min(failures - 1, 10));
        // The interval between two questions; close() interrupts it.
        Thread.sleep(interval.toMillis() * factor);
      }
    } catch (InterruptedException e) {
      LOG.debug("event=sync_stopped");
    }
  }

  /**
   * Asks once, and takes over what is new.
   *
   * @return what came of it
   * @throws InterruptedException if the thread was interrupted
   */
  public synchronized Outcome poll() throws InterruptedException {
    try {
      Optional<ModelAnnouncement> found = models.champion(known);
      if (found.isEmpty()) {
        return new Unchanged();
      }
      ModelAnnouncement next = found.get();
      if (known == null && DurableFiles.sha256(live.file()).equals(next.sha256())) {
        live.identify(next.version());
        metrics.watchModel(next.version(), live::version);
        known = next.version();
        models.serves(next);
        return new Unchanged();
      }
      Path file = folder.file(next.version());
      long fetched = 0;
      if (!folder.holds(next)) {
        folder.fetch(next, models);
        fetched = next.bytes();
      }
      try {
        live.replace(next.version(), file);
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        folder.delete(next.version());
        models.refused(next);
        throw e;
      }
      folder.record(next, live.version());
      known = next.version();
      metrics.modelFetched(fetched);
      metrics.watchModel(next.version(), live::version);
      LOG.info(
          "event=model_fetched version={} parent={} bytes={}",
          next.version(),
          next.parent(),
          next.bytes());
      models.serves(next);
      return new Updated(next);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      metrics.syncFailed();
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.warn("event=sync_failed reason=\"{}\"", reason);
      return new Failed(reason);
    }
  }

  /** Stops asking; the model in service stays. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
