package io.seamark.plugin;

/**
 * The most memory that a piece of work takes at any one time, known before it begins. A service
 * refuses what it has no room for, so these are upper bounds; inputs that the caller holds are not
 * part of it.
 *
 * @param heap in bytes, on the heap
 * @param outside in bytes, outside of the heap, such as an engine's workspace
 */
public record MemoryNeed(long heap, long outside) {
  /** Nothing worth counting. */
  public static final MemoryNeed NONE = new MemoryNeed(0, 0);

  /** Checks the ranges. */
  public MemoryNeed {
    if (heap < 0 || outside < 0) {
      throw new IllegalArgumentException(
          "memory is " + heap + " and " + outside + " bytes, but must be at least 0");
    }
  }

  /**
   * Memory on the heap alone.
   *
   * @param bytes at least 0
   * @return that
   */
  public static MemoryNeed ofHeap(long bytes) {
    return new MemoryNeed(bytes, 0);
  }

  /**
   * What two things take that are held at once.
   *
   * @param other the second
   * @return the sum
   */
  public MemoryNeed plus(MemoryNeed other) {
    return new MemoryNeed(heap + other.heap, outside + other.outside);
  }

  /**
   * What two things take of which the second begins when the first has ended.
   *
   * @param other the second
   * @return the larger of each
   */
  public MemoryNeed then(MemoryNeed other) {
    return new MemoryNeed(Math.max(heap, other.heap), Math.max(outside, other.outside));
  }
}
