package io.seamark.knowledge.replay;

import io.seamark.plugin.ReplayPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Reservoir sampling, algorithm R (Vitter 1985, "Random Sampling with a Reservoir", ACM TOMS
 * 11(1)): of n samples offered each is kept with probability capacity / n, so that early conditions
 * stay represented however long the stream grows. The seed and the order of the offers decide which
 * ones.
 */
public final class Reservoir implements ReplayPolicy {
  private final int capacity;
  private final SplittableRandom random;
  private final List<Long> kept = new ArrayList<>();
  private long offered;
  private long last = -1;

  /**
   * An empty reservoir.
   *
   * @param capacity samples kept at most, at least 1
   * @param seed any long
   */
  public Reservoir(int capacity, long seed) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + ", but must be at least 1");
    }
    this.capacity = capacity;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public void offer(Candidate sample) {
    if (sample.sequence() <= last) {
      throw new IllegalArgumentException(
          "sample " + sample.sequence() + " offered after " + last + ", but sequences must ascend");
    }
    last = sample.sequence();
    offered++;
    if (kept.size() < capacity) {
      kept.add(sample.sequence());
      return;
    }
    long slot = random.nextLong(offered);
    if (slot < capacity) {
      kept.set((int) slot, sample.sequence());
    }
  }

  @Override
  public List<Long> retained() {
    long[] sequences = kept.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sequences);
    return Arrays.stream(sequences).boxed().toList();
  }
}
