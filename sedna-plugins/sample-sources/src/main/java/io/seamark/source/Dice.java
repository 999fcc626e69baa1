package io.seamark.source;

/**
 * SplitMix64 (Steele, Lea, Flood 2014): random numbers that are the same on every JVM, which the
 * JDK's generators do not all promise.
 */
final class Dice {
  private long state;

  Dice(long seed, long stream) {
    state = seed * 0x9E3779B97F4A7C15L ^ mix(stream + 0x632BE59BD9B4E019L);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    return mix(state);
  }

  int nextInt() {
    return (int) (next() >>> 32);
  }

  /** From 0 up to, but without, the bound. */
  int below(int bound) {
    return (int) ((next() >>> 33) % bound);
  }

  /** From 0 up to, but without, 1. */
  float unit() {
    return (next() >>> 40) * 0x1p-24f;
  }

  float between(float low, float high) {
    return low + (high - low) * unit();
  }

  boolean chance(double probability) {
    return unit() < probability;
  }
}
