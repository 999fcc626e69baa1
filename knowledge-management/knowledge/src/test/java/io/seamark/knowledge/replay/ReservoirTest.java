package io.seamark.knowledge.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.ReplayPolicy;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReservoirTest {
  private static List<Long> keep(int capacity, long seed, int offers) {
    Reservoir reservoir = new Reservoir(capacity, seed);
    LongStream.range(0, offers)
        .forEach(i -> reservoir.offer(new ReplayPolicy.Candidate(i, 0.5, List.of())));
    return reservoir.retained();
  }

  @Test
  void keepsEverythingUpToItsCapacity() {
    assertEquals(List.of(0L, 1L, 2L), keep(3, 1, 3));
    assertEquals(3, keep(3, 1, 4).size());
  }

  @Test
  void sameSeedAndOffersKeepTheSameSamples() {
    assertEquals(keep(16, 42, 1000), keep(16, 42, 1000));
    assertNotEquals(keep(16, 42, 1000), keep(16, 43, 1000));
  }

  @Test
  void retainedSamplesAscend() {
    List<Long> kept = keep(64, 5, 5000);
    assertEquals(kept.stream().sorted().distinct().toList(), kept);
  }

  /**
   * Each of 40 offers is kept with probability 10 / 40. Over 4000 seeds a count has mean 1000 and
   * standard deviation sqrt(4000 x 1/4 x 3/4) = 27.4; five deviations are 137.
   */
  @Test
  void keepsEachOfferWithTheSameProbability() {
    int[] counts = new int[40];
    for (int seed = 0; seed < 4000; seed++) {
      keep(10, seed * 7919L, 40).forEach(s -> counts[s.intValue()]++);
    }
    for (int i = 0; i < counts.length; i++) {
      assertTrue(Math.abs(counts[i] - 1000) < 137, "offer " + i + " kept " + counts[i] + " times");
    }
  }

  @Test
  void refusesOffersOutOfOrder() {
    Reservoir reservoir = new Reservoir(2, 0);
    reservoir.offer(new ReplayPolicy.Candidate(5, 0.5, List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> reservoir.offer(new ReplayPolicy.Candidate(5, 0.5, List.of())));
  }
}
