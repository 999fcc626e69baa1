package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.ReplayPolicy;
import io.seamark.plugin.ReplayPolicy.Candidate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every replay policy keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class ReplayPolicyContract<H extends Record>
    extends PluginContract<ReplayPolicy, H> {
  private static final int OFFERS = 5_000;

  /** For subclasses. */
  protected ReplayPolicyContract() {}

  /**
   * How many samples the policy keeps at most with the tests' hyperparameters.
   *
   * @return at least 1 and well below 5000
   */
  protected abstract int capacity();

  /**
   * Whether the policy draws at random. Verified: if it does, seeds make a difference, else none.
   *
   * @return false unless overridden
   */
  protected boolean drawsAtRandom() {
    return false;
  }

  @Test
  @DisplayName("nothing offered is nothing kept")
  final void emptyAtFirst() throws IOException {
    assertEquals(List.of(), create(SEED).retained());
  }

  @Test
  @DisplayName("no more than the capacity is kept, however much is offered")
  final void bounded() throws IOException {
    ReplayPolicy policy = create(SEED);
    int offered = 0;
    for (Candidate candidate : candidates(OFFERS)) {
      policy.offer(candidate);
      if (++offered % 50 == 0) {
        int kept = policy.retained().size();
        assertTrue(
            kept <= capacity(),
            kept + " kept of " + offered + ", but the capacity is " + capacity());
      }
    }
  }

  @Test
  @DisplayName("something of what was offered is kept")
  final void keepsSomething() throws IOException {
    ReplayPolicy policy = create(SEED);
    offer(policy, candidates(OFFERS));
    assertFalse(policy.retained().isEmpty());
  }

  @Test
  @DisplayName("what is kept was offered, once each, in the order of the buffer")
  final void keptInOrder() throws IOException {
    ReplayPolicy policy = create(SEED);
    List<Long> offered = new ArrayList<>();
    for (Candidate candidate : candidates(OFFERS)) {
      policy.offer(candidate);
      offered.add(candidate.sequence());
    }
    List<Long> kept = policy.retained();
    assertEquals(kept.stream().distinct().sorted().toList(), kept);
    assertTrue(offered.containsAll(kept), "kept what was never offered");
  }

  @Test
  @DisplayName("the same offers and seed keep the same samples")
  final void deterministic() throws IOException {
    assertEquals(kept(SEED), kept(SEED));
  }

  @Test
  @DisplayName("the seed makes a difference if the policy draws at random, and none if not")
  final void seedIsUsed() throws IOException {
    List<List<Long>> bySeed = new ArrayList<>();
    for (long seed = 1; seed <= 5; seed++) {
      bySeed.add(kept(seed));
    }
    long different = bySeed.stream().distinct().count();
    if (drawsAtRandom()) {
      assertTrue(different > 1, "five seeds kept the same samples");
    } else {
      assertEquals(1, different, "seeds make a difference: override drawsAtRandom");
    }
  }

  @Test
  @DisplayName("offering a buffer again rebuilds the state at any point")
  final void rebuildable() throws IOException {
    List<Candidate> candidates = candidates(OFFERS);
    ReplayPolicy running = create(SEED);
    offer(running, candidates.subList(0, 700));
    ReplayPolicy rebuilt = create(SEED);
    offer(rebuilt, candidates.subList(0, 700));
    assertEquals(running.retained(), rebuilt.retained());
    offer(running, candidates.subList(700, OFFERS));
    offer(rebuilt, candidates.subList(700, OFFERS));
    assertEquals(running.retained(), rebuilt.retained());
  }

  @Test
  @DisplayName("asking what is kept changes nothing")
  final void askingChangesNothing() throws IOException {
    ReplayPolicy asked = create(SEED);
    for (Candidate candidate : candidates(OFFERS)) {
      asked.offer(candidate);
      if (candidate.sequence() % 10 == 0) {
        assertTrue(asked.retained().size() <= OFFERS);
      }
    }
    assertEquals(kept(SEED), asked.retained());
  }

  @Test
  @DisplayName("a list that was handed out stays as it was")
  final void handedOutListsStay() throws IOException {
    ReplayPolicy policy = create(SEED);
    offer(policy, candidates(OFFERS).subList(0, 100));
    List<Long> early = policy.retained();
    List<Long> copy = List.copyOf(early);
    offer(policy, candidates(OFFERS).subList(100, OFFERS));
    assertEquals(copy, early);
  }

  @Test
  @DisplayName("two policies do not disturb each other")
  final void instancesAreApart() throws IOException {
    ReplayPolicy one = create(SEED);
    ReplayPolicy other = create(SEED + 1);
    for (Candidate candidate : candidates(OFFERS)) {
      one.offer(candidate);
      other.offer(candidate);
    }
    assertEquals(kept(SEED), one.retained());
  }

  @Test
  @DisplayName("one class, empty answers and extreme scores are taken")
  final void extremeCandidates() throws IOException {
    ReplayPolicy policy = create(SEED);
    policy.offer(new Candidate(0, 0, List.of(100L)));
    policy.offer(new Candidate(1, -Double.MAX_VALUE, List.of(0L, 0L)));
    policy.offer(new Candidate(2, Double.MAX_VALUE, List.of(Long.MAX_VALUE, 1L)));
    assertTrue(policy.retained().size() <= Math.min(3, capacity()));
  }

  private List<Long> kept(long seed) throws IOException {
    ReplayPolicy policy = create(seed);
    offer(policy, candidates(OFFERS));
    return policy.retained();
  }

  private static void offer(ReplayPolicy policy, List<Candidate> candidates) {
    candidates.forEach(policy::offer);
  }

  private static List<Candidate> candidates(int count) {
    Random random = new Random(5);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Sequences leave gaps: a buffer may have dropped samples.
      candidates.add(
          new Candidate(
              i * 2L + random.nextInt(2),
              random.nextDouble(),
              List.of(
                  (long) random.nextInt(500), (long) random.nextInt(500), i % 9 == 0 ? 9L : 0L)));
    }
    return candidates;
  }
}
