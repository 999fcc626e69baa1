package io.seamark.buffer;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** An immutable list of numbers that takes four bytes for each, where each fits into them. */
final class Counts extends AbstractList<Long> implements RandomAccess {
  private final int[] counts;

  private Counts(int[] counts) {
    this.counts = counts;
  }

  /** The same numbers. */
  static List<Long> of(List<Long> numbers) {
    if (numbers instanceof Counts) {
      return numbers;
    }
    for (long number : numbers) {
      if (number != (int) number) {
        return List.copyOf(numbers);
      }
    }
    return new Counts(numbers.stream().mapToInt(Long::intValue).toArray());
  }

  @Override
  public Long get(int index) {
    return (long) counts[index];
  }

  @Override
  public int size() {
    return counts.length;
  }
}
