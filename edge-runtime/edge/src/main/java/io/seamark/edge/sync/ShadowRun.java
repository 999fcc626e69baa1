package io.seamark.edge.sync;

import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.perception.Frame;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A new model that runs beside the serving one on live frames. It labels the newest frame that has
 * been answered, on a thread of its own, and rests three times as long as it took: an answer never
 * waits for it, and it takes a quarter of the time at most. Frames that come meanwhile are passed
 * over.
 */
final class ShadowRun implements AutoCloseable {
  private static final int REST = 3;

  private final OpenedModel model;
  private final ShadowOptions options;
  private final Consumer<ShadowComparison> decided;
  private final Thread thread;
  private final Object lock = new Object();
  private @Nullable Answered newest;
  private boolean closed;

  /** A frame and what the serving model said of it. */
  private record Answered(Frame frame, Prediction served, String by, double seconds) {}

  /** Sums over the frames. */
  private static final class Sums {
    private String serving = "";
    private int frames;
    private double agreement;
    private double margin;
    private double servingMargin;
    private double seconds;
    private double servingSeconds;

    void add(Answered answered, Prediction own, double took) {
      double shared = answered.served().classMap().agreement(own.classMap());
      double sure = meanMargin(own.confidence());
      if (!Double.isFinite(sure)) {
        throw new IllegalArgumentException("its probabilities are not finite");
      }
      serving = answered.by();
      frames++;
      agreement += shared;
      margin += sure;
      servingMargin += meanMargin(answered.served().confidence());
      seconds += took;
      servingSeconds += answered.seconds();
    }

    private static double meanMargin(PixelConfidence confidence) {
      double sum = 0;
      for (int i = 0; i < confidence.top().length; i++) {
        sum += confidence.top()[i] - confidence.second()[i];
      }
      return sum / confidence.top().length;
    }

    ShadowComparison mean(String version, @Nullable String refusal) {
      return new ShadowComparison(
          version,
          serving,
          frames,
          agreement / frames,
          margin / frames,
          servingMargin / frames,
          seconds / frames,
          servingSeconds / frames,
          refusal);
    }
  }

  /**
   * A run that is not started.
   *
   * @param model the new one; closed by the run
   * @param options how many frames, and the bound
   * @param decided told once what came of it, on the run's thread, when the model is closed; not if
   *     this is closed before
   */
  ShadowRun(OpenedModel model, ShadowOptions options, Consumer<ShadowComparison> decided) {
    this.model = model;
    this.options = options;
    this.decided = decided;
    this.thread = new Thread(this::run, "seamark-shadow");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** A frame has been answered; returns at once. */
  void answered(Frame frame, Prediction served, String by, double seconds) {
    synchronized (lock) {
      newest = new Answered(frame, served, by, seconds);
      lock.notifyAll();
    }
  }

  private void run() {
    ShadowComparison result;
    try (model) {
      result = compare();
    } catch (InterruptedException e) {
      return;
    }
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    decided.accept(result);
  }

  private ShadowComparison compare() throws InterruptedException {
    Sums sums = new Sums();
    while (sums.frames < options.frames()) {
      Answered answered = take();
      long start = System.nanoTime();
      try {
        BaseModel.Session session = model.open(OpenedModel.Size.of(answered.frame()));
        long opened = System.nanoTime();
        Prediction own = session.infer(answered.frame());
        sums.add(answered, own, (System.nanoTime() - opened) / 1e9);
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        String reason = e.getMessage() == null ? e.toString() : e.getMessage();
        return sums.mean(model.version(), "it fails on a frame: " + reason);
      }
      rest(REST * (System.nanoTime() - start));
    }
    double agreement = sums.agreement / sums.frames;
    return sums.mean(
        model.version(),
        agreement >= options.minAgreement()
            ? null
            : String.format(
                Locale.ROOT,
                "it agrees with %s on %.3f of the pixels, but must on"
                    + " seamark.edge.shadow.min-agreement=%s",
                sums.serving,
                agreement,
                options.minAgreement()));
  }

  private Answered take() throws InterruptedException {
    synchronized (lock) {
      Answered next = newest;
      while (next == null) {
        lock.wait();
        next = newest;
      }
      newest = null;
      return next;
    }
  }

  /** {@link #close} interrupts it. */
  private static void rest(long nanos) throws InterruptedException {
    Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
  }

  /** Ends it without a result; the model is closed by the run's thread, soon. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    // What decides goes on to take the model over, on this very thread.
    if (Thread.currentThread() != thread) {
      thread.interrupt();
    }
  }

  /** Waits for the end of a closed run. */
  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }
}
