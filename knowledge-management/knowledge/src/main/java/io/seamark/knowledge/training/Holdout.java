package io.seamark.knowledge.training;

/**
 * Decides which samples are kept for judging and never trained on. Of every {@code every}
 * consecutive sequences exactly one is held out; which one is a hash of the block's number, so that
 * it falls in step with no rhythm of the stream. Depends on the sequence alone, not on a seed or on
 * the round: what is held out once stays so as long as {@code every} stays.
 *
 * @param every one in this many, at least 2
 */
public record Holdout(int every) {
  /** Checks the range. */
  public Holdout {
    if (every < 2) {
      throw new IllegalArgumentException(
          "seamark.training.holdout is " + every + ", but must be at least 2");
    }
  }

  /**
   * Whether a sample is held out.
   *
   * @param sequence its place in the buffer, or a retained frame's place in name order; at least 0
   * @return true if it must not be trained on
   */
  public boolean holds(long sequence) {
    long block = sequence / every;
    return sequence % every == Long.remainderUnsigned(mix(block), every);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
