package io.seamark.knowledge.training;

import java.util.function.LongSupplier;

/**
 * How fast the steps of a round go by, and how long the rest will take at that rate: the mean since
 * they began in this process. Not thread-safe.
 */
public final class Pace {
  private final LongSupplier nanos;
  private int steps;
  private int first;
  private int done;
  private long begun;
  private long last;

  /** A pace that nothing is known of. */
  public Pace() {
    this(System::nanoTime);
  }

  Pace(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * A step is done.
   *
   * @param now steps so far
   * @param all of them; with another number than before it is counted anew
   */
  public void step(int now, int all) {
    last = nanos.getAsLong();
    if (all != steps || now <= done) {
      steps = all;
      first = now;
      begun = last;
    }
    done = now;
  }

  /**
   * The rate.
   *
   * @return steps a second; 0 before the second one
   */
  public double stepsPerSecond() {
    return done > first && last > begun ? (done - first) * 1e9 / (last - begun) : 0;
  }

  /**
   * How long the steps that are left will take.
   *
   * @return seconds; NaN while the rate is unknown
   */
  public double secondsLeft() {
    double rate = stepsPerSecond();
    return rate > 0 ? (steps - done) / rate : Double.NaN;
  }
}
