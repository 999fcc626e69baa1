package io.seamark.plugin;

import java.util.List;

/**
 * Chooses which buffered samples training draws from. Given the same offers in the same order and
 * the same seed it keeps the same samples, so its state is rebuilt by offering a buffer again. Not
 * thread-safe.
 */
public interface ReplayPolicy {
  /**
   * Offers a sample, once each, in the order of the buffer.
   *
   * @param sample what is known of it without reading its pixels
   */
  void offer(Candidate sample);

  /**
   * The samples kept, in the order of the buffer.
   *
   * @return their sequence numbers; bounded by the policy's capacity
   */
  List<Long> retained();

  /**
   * A buffered sample, without its pixels.
   *
   * @param sequence its place in the buffer, from 0, ascending
   * @param score the miner's score that made it hard; higher is easier
   * @param pixelsByClass pixels of each class in its answer
   */
  record Candidate(long sequence, double score, List<Long> pixelsByClass) {
    /** Copies the list. */
    public Candidate {
      pixelsByClass = List.copyOf(pixelsByClass);
    }
  }
}
