package io.seamark.measure;

import io.seamark.edge.metrics.ProcessResources;
import io.seamark.measure.Measurement.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks at the machine once a second while frames are counted. */
final class MomentLog implements AutoCloseable {
  private final Board board;
  private final MeasuredStream stream;
  private final ScheduledExecutorService clock;
  private final List<Moment> moments = new ArrayList<>();
  private @Nullable Future<?> looking;
  private double cpuBefore;
  private long timeBefore;
  private int answersBefore;
  private double cpuAtStart;

  MomentLog(Board board, MeasuredStream stream) {
    this.board = board;
    this.stream = stream;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "seamark-measure");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** To be called when counting begins. */
  synchronized void start() {
    cpuAtStart = ProcessResources.now().cpuSeconds();
    cpuBefore = cpuAtStart;
    timeBefore = System.nanoTime();
    looking = clock.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /** Looks once more. */
  synchronized void look() {
    if (stream.started().isEmpty() || moments.size() == Measurement.MOST_MOMENTS) {
      return;
    }
    long now = System.nanoTime();
    ProcessResources resources = ProcessResources.now();
    double seconds = (now - timeBefore) / 1e9;
    int answers = stream.answer.count();
    moments.add(
        new Moment(
            (now - stream.started().getAsLong()) / 1e9,
            stream.answer.meanSince(answersBefore),
            seconds > 0 ? finite((resources.cpuSeconds() - cpuBefore) / seconds) : null,
            finite(resources.residentBytes() / 1e6),
            board.celsius(),
            board.mhz()));
    cpuBefore = resources.cpuSeconds();
    timeBefore = now;
    answersBefore = answers;
  }

  static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Cores kept busy since {@link #start}; null if the system does not tell. */
  synchronized @Nullable Double cores(double seconds) {
    return seconds > 0
        ? finite((ProcessResources.now().cpuSeconds() - cpuAtStart) / seconds)
        : null;
  }

  synchronized List<Moment> moments() {
    return List.copyOf(moments);
  }

  synchronized @Nullable Double hottest() {
    return moments.stream()
        .map(Moment::celsius)
        .filter(Objects::nonNull)
        .max(Double::compare)
        .orElse(null);
  }

  synchronized @Nullable Double slowest() {
    return moments.stream()
        .map(Moment::mhz)
        .filter(Objects::nonNull)
        .min(Double::compare)
        .orElse(null);
  }

  @Override
  public synchronized void close() {
    if (looking != null) {
      looking.cancel(false);
    }
    clock.shutdownNow();
  }
}
