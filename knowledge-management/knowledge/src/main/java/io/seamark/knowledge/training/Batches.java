package io.seamark.knowledge.training;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a curriculum, in order, the next one made while a step runs: frames are read,
 * decoded and restyled beside the network. One is ahead at most, so memory is that of two batches.
 */
final class Batches implements AutoCloseable {
  private final Curriculum curriculum;
  private final int steps;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "seamark-batches");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<Curriculum.Batch> ahead;

  Batches(Curriculum curriculum, int steps) {
    this.curriculum = curriculum;
    this.steps = steps;
  }

  /**
   * The batch of a step.
   *
   * @param step from 0, one after the other
   * @return what it learns from
   * @throws IOException if too many frames cannot be read, or the thread is interrupted
   */
  Curriculum.Batch take(int step) throws IOException {
    Future<Curriculum.Batch> now = ahead == null ? make(step) : ahead;
    ahead = null;
    try {
      Curriculum.Batch batch = now.get();
      // What comes before a new labelling must not be drawn after it, nor the other way round.
      if (step + 1 < steps && !curriculum.relabels(step + 1)) {
        ahead = make(step + 1);
      }
      return batch;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the training was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      }
      if (e.getCause() instanceof Error failed) {
        throw failed;
      }
      throw new IOException(e.getCause());
    }
  }

  private Future<Curriculum.Batch> make(int step) {
    return worker.submit(() -> curriculum.batch(step));
  }

  /** Waits for what is being read: the frames' source may be closed after this. */
  @Override
  public void close() {
    worker.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (worker.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
