package io.seamark.street;

import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * Batches of training samples, drawn ahead of their use on other threads, in an order that only the
 * seed decides.
 *
 * @param <S> a sample
 */
final class Streets<S> implements AutoCloseable {
  /** The city that models are trained on; those of evaluation and of the demonstration differ. */
  static final long TRAINING_CITY = 7001;

  /** The city that the figures beside the models were measured on. */
  static final long EVALUATION_CITY = 9002;

  static final int WIDTH = 240;
  static final int HEIGHT = 160;

  private static final int BATCHES_AHEAD = 4;

  private final LongFunction<S> make;
  private final int batch;
  private final ExecutorService pool;
  private final Deque<List<Future<S>>> ahead = new ArrayDeque<>();
  private long next;

  Streets(int batch, int threads, LongFunction<S> make) {
    this.make = make;
    this.batch = batch;
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "street");
              thread.setDaemon(true);
              return thread;
            });
  }

  List<S> next() throws InterruptedException {
    while (ahead.size() <= BATCHES_AHEAD) {
      List<Future<S>> futures = new ArrayList<>();
      for (int i = 0; i < batch; i++) {
        long index = next++;
        futures.add(pool.submit(() -> make.apply(index)));
      }
      ahead.add(futures);
    }
    List<S> samples = new ArrayList<>();
    try {
      for (Future<S> future : ahead.remove()) {
        samples.add(future.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a street could not be drawn", e.getCause());
    }
    return samples;
  }

  /** Every weather in turn. */
  static Weather weather(long index) {
    Weather[] all = Weather.values();
    return all[(int) Math.floorMod(index, (long) all.length)];
  }

  static ProceduralStreet training() {
    return new ProceduralStreet(TRAINING_CITY, WIDTH, HEIGHT);
  }

  static ProceduralStreet evaluation() {
    return new ProceduralStreet(EVALUATION_CITY, WIDTH, HEIGHT);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
