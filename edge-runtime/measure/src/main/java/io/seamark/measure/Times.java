package io.seamark.measure;

import io.seamark.measure.Measurement.Stage;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The times of one stage. Thread-safe. */
final class Times {
  private double[] seconds = new double[256];
  private int count;

  synchronized void add(double time) {
    if (count == seconds.length) {
      seconds = Arrays.copyOf(seconds, 2 * count);
    }
    seconds[count++] = time;
  }

  /** Mean of what was added since {@code from}, in milliseconds; null if nothing was. */
  synchronized @Nullable Double meanSince(int from) {
    return count <= from ? null : 1e3 * Arrays.stream(seconds, from, count).average().orElse(0);
  }

  synchronized int count() {
    return count;
  }

  /** Percentiles by the nearest rank; empty without a time. */
  synchronized Optional<Stage> stage() {
    if (count == 0) {
      return Optional.empty();
    }
    double[] sorted = Arrays.copyOf(seconds, count);
    Arrays.sort(sorted);
    return Optional.of(
        new Stage(
            count,
            rank(sorted, 50),
            rank(sorted, 90),
            rank(sorted, 99),
            1e3 * Arrays.stream(sorted).average().orElse(0),
            1e3 * sorted[count - 1]));
  }

  private static double rank(double[] sorted, int percent) {
    return 1e3 * sorted[Math.max(0, (sorted.length * percent + 99) / 100 - 1)];
  }
}
