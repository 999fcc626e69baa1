package io.seamark.knowledge.training;

import java.util.random.RandomGenerator;

/** Deals indices in random order, each once before any comes again. */
final class ShuffledIndices {
  private final int[] indices;
  private final RandomGenerator random;
  private int dealt;

  ShuffledIndices(int size, RandomGenerator random) {
    if (size < 1) {
      throw new IllegalArgumentException("size is " + size + ", but must be at least 1");
    }
    this.indices = new int[size];
    for (int i = 0; i < size; i++) {
      indices[i] = i;
    }
    this.random = random;
  }

  int next() {
    if (dealt == indices.length) {
      dealt = 0;
    }
    int pick = dealt + random.nextInt(indices.length - dealt);
    int index = indices[pick];
    indices[pick] = indices[dealt];
    indices[dealt++] = index;
    return index;
  }
}
