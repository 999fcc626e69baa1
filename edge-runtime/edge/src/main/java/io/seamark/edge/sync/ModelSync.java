package io.seamark.edge.sync;

import io.seamark.durable.DurableFiles;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ShadowComparison;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings new models: asks, fetches, checks, lets them run beside the one in service for as long as
 * {@link ShadowOptions} say, and puts them in line for the next frame. What fails leaves the model
 * in service untouched and is tried again, more and more rarely; what was refused is not.
 */
public final class ModelSync implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelSync.class);
  private static final int LONGEST_WAIT = 16;

  /** Comparisons that are remembered. */
  private static final int COMPARISONS = 100;

  private final ModelSource models;
  private final LiveModel live;
  private final ModelFolder folder;
  private final Duration interval;
  private final ShadowOptions shadow;
  private final EdgeMetrics metrics;
  private final Thread thread;
  private final List<ShadowComparison> comparisons = new ArrayList<>();
  // What the cloud is known to serve; null until it was first heard of.
  private @Nullable String known;
  // What serves or is in line for the next frame; null until the cloud has named it.
  private @Nullable ModelAnnouncement serving;
  // What runs beside it.
  private @Nullable ModelAnnouncement trial;

  /** What serves and is not recorded yet, and what served before. */
  private @Nullable ModelAnnouncement unproven;

  private @Nullable ModelAnnouncement replaced;
  private String replacedVersion = "";

  /** Digest of the model that did not open last. */
  private String unfit = "";

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
   * A new model runs beside the one in service, which answers until they were compared.
   *
   * @param version which
   */
  public record Shadowing(ModelAnnouncement version) implements Outcome {}

  /**
   * The cloud's model was compared with the one in service before, and refused.
   *
   * @param version which
   * @param reason one line for people
   */
  public record Refused(ModelAnnouncement version, String reason) implements Outcome {}

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
   * @param shadow how new models are compared with the one in service
   * @param metrics counts updates and failures
   */
  public ModelSync(
      ModelSource models,
      LiveModel live,
      ModelFolder folder,
      Duration interval,
      ShadowOptions shadow,
      EdgeMetrics metrics) {
    this.models = models;
    this.live = live;
    this.folder = folder;
    this.interval = interval;
    this.shadow = shadow;
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
   * Asks once, and takes over what is new, or begins to compare it with what serves.
   *
   * @return what came of it
   * @throws InterruptedException if the thread was interrupted
   */
  public synchronized Outcome poll() throws InterruptedException {
    try {
      settle(LiveModel.TRIAL);
      Optional<ModelAnnouncement> found = models.champion(known);
      if (found.isEmpty()) {
        return trial == null ? new Unchanged() : new Shadowing(trial);
      }
      ModelAnnouncement next = found.get();
      abandonTrial();
      if (next.equals(serving)) {
        known = next.version();
        return new Unchanged();
      }
      if (known == null && DurableFiles.sha256(live.file()).equals(next.sha256())) {
        live.identify(next.version());
        metrics.watchModel(next.version(), live::version);
        known = next.version();
        serving = next;
        models.serves(next);
        return new Unchanged();
      }
      return bring(next);
    } catch (IOException | RuntimeException | Error e) {
      return failed(e);
    }
  }

  /**
   * Records a model that was taken over once it has labelled so many frames, or refuses it where it
   * could not: it is not what the device starts with before.
   */
  private void settle(int frames) throws IOException {
    ModelAnnouncement taken = unproven;
    LiveModel.Failure failure = live.failure();
    if (taken == null) {
      if (live.labelled() >= frames) {
        folder.started();
      }
    } else if (failure != null && failure.version().equals(taken.version())) {
      unproven = null;
      serving = replaced;
      metrics.syncFailed();
      folder.refuse(taken, "it could not label a frame: " + failure.reason());
      folder.delete(taken.version());
      models.refused(taken);
    } else if (live.version().equals(taken.version()) && live.labelled() >= frames) {
      folder.record(taken, replacedVersion);
      folder.started();
      unproven = null;
    }
  }

  private Failed failed(Throwable e) {
    metrics.syncFailed();
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    LOG.warn("event=sync_failed reason=\"{}\"", reason);
    return new Failed(reason);
  }

  private Outcome bring(ModelAnnouncement next) throws IOException, InterruptedException {
    Optional<String> refusal = folder.refusal(next);
    if (refusal.isPresent()) {
      LOG.warn("event=model_passed_over version={} reason=\"{}\"", next.version(), refusal.get());
      known = next.version();
      return new Refused(next, refusal.get());
    }
    if (!folder.holds(next)) {
      folder.fetch(next, models);
      metrics.modelFetched(next.bytes());
    }
    if (shadow.frames() == 0) {
      take(next);
      logFetched(next);
      return new Updated(next);
    }
    logFetched(next);
    try {
      live.shadow(
          next.version(), folder.file(next.version()), shadow, found -> decided(next, found));
    } catch (IOException | RuntimeException | Error e) {
      folder.delete(next.version());
      throw e;
    }
    LOG.info("event=shadow_started version={} frames={}", next.version(), shadow.frames());
    trial = next;
    known = next.version();
    return new Shadowing(next);
  }

  private static void logFetched(ModelAnnouncement next) {
    LOG.info(
        "event=model_fetched version={} parent={} bytes={}",
        next.version(),
        next.parent(),
        next.bytes());
  }

  private void take(ModelAnnouncement next) throws IOException {
    String before = live.version();
    try {
      live.replace(next.version(), folder.file(next.version()));
    } catch (IOException e) {
      if (next.sha256().equals(unfit)) {
        // Twice is no accident: it is not fetched a third time.
        folder.refuse(next, String.valueOf(e.getMessage()));
      }
      unfit = next.sha256();
      folder.delete(next.version());
      models.refused(next);
      throw e;
    } catch (RuntimeException | Error e) {
      folder.delete(next.version());
      models.refused(next);
      throw e;
    }
    if (unproven == null) {
      replaced = serving;
      replacedVersion = before;
    }
    unproven = next;
    known = next.version();
    serving = next;
    // A cloud that sends versions faster than frames come must not fill the disk.
    folder.prune(live.held());
    metrics.modelTaken();
    metrics.watchModel(next.version(), live::version);
    models.serves(next);
  }

  /** The cloud has changed its mind, so nobody asks any more how the model at hand does. */
  private void abandonTrial() {
    ModelAnnouncement running = trial;
    trial = null;
    if (running != null) {
      live.endShadow();
      LOG.info("event=shadow_ended version={} reason=overtaken", running.version());
    }
  }

  private synchronized void decided(ModelAnnouncement next, ShadowComparison found) {
    if (closed || !next.equals(trial)) {
      return;
    }
    trial = null;
    live.endShadow();
    LOG.info("event=shadow_compared version={} result=\"{}\"", next.version(), found.text());
    metrics.compared(found);
    comparisons.add(found);
    if (comparisons.size() > COMPARISONS) {
      comparisons.remove(0);
    }
    String refusal = found.refusal();
    try {
      if (refusal == null) {
        take(next);
      } else {
        LOG.warn("event=model_refused version={} reason=\"{}\"", next.version(), refusal);
        folder.refuse(next, refusal);
        folder.delete(next.version());
        models.refused(next);
      }
    } catch (IOException | RuntimeException | Error e) {
      // Asked for again at the next question.
      known = serving == null ? null : serving.version();
      failed(e);
    }
  }

  /**
   * What came of new models that ran beside the one in service.
   *
   * @return the newest 100, oldest first
   */
  public synchronized List<ShadowComparison> comparisons() {
    return List.copyOf(comparisons);
  }

  /** Stops asking; the model in service stays. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5_000);
      ShadowRun beside = live.endShadow();
      if (beside != null) {
        beside.join(5_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      try {
        // A clean stop: the few frames that there were went well.
        settle(1);
      } catch (IOException e) {
        failed(e);
      }
    }
  }
}
