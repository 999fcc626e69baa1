package io.seamark.knowledge.training;

import java.util.SplittableRandom;

/**
 * Deals indices in random order, each once before any comes again. Which index has which number
 * depends on nothing that was dealt before.
 */
final class ShuffledIndices {
  private final int size;
  private final Draws draws;
  private int[] order = {};
  private long dealing = -1;

  ShuffledIndices(int size, Draws draws) {
    if (size < 1) {
      throw new IllegalArgumentException("size is " + size + ", but must be at least 1");
    }
    this.size = size;
    this.draws = draws;
  }

  /**
   * An index.
   *
   * @param number how many are dealt before it, at least 0
   * @return from 0
   */
  int at(long number) {
    long deal = number / size;
    if (deal != dealing) {
      order = shuffled(draws.of(deal).random());
      dealing = deal;
    }
    return order[(int) (number % size)];
  }

  private int[] shuffled(SplittableRandom random) {
    int[] indices = new int[size];
    for (int i = 0; i < size; i++) {
      int place = random.nextInt(i + 1);
      indices[i] = indices[place];
      indices[place] = i;
    }
    return indices;
  }
}
