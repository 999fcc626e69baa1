package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every hard-example miner keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class HardExampleMiningContract<H extends Record>
    extends PluginContract<HardExampleMining, H> {
  /** Enough for threads to meet inside a miner that takes microseconds. */
  private static final int CALLS = 2_500;

  /** For subclasses. */
  protected HardExampleMiningContract() {}

  /**
   * Whether the miner draws at random. Verified: if it does, seeds make a difference, else none.
   *
   * @return false unless overridden
   */
  protected boolean drawsAtRandom() {
    return false;
  }

  /**
   * Whether a decision depends on the predictions before it. Verified where it does not.
   *
   * @return as {@link #drawsAtRandom} unless overridden
   */
  protected boolean remembers() {
    return drawsAtRandom();
  }

  @Test
  @DisplayName("the same predictions and seed give the same decisions")
  final void sameSeedSameDecisions() throws IOException {
    List<Prediction> stream = Scenes.predictions(60, 5, 12, 8);
    assertEquals(decide(create(SEED), stream), decide(create(SEED), stream));
  }

  @Test
  @DisplayName("the seed makes a difference if the miner draws at random, and none if not")
  final void seedIsUsed() throws IOException {
    List<Prediction> stream = Scenes.predictions(60, 5, 12, 8);
    List<List<MiningDecision>> bySeed = new ArrayList<>();
    for (long seed = 1; seed <= 8; seed++) {
      bySeed.add(decide(create(seed), stream));
    }
    long different = bySeed.stream().distinct().count();
    if (drawsAtRandom()) {
      assertTrue(different > 1, "eight seeds gave the same decisions");
    } else {
      assertEquals(1, different, "seeds make a difference: override drawsAtRandom");
    }
  }

  @Test
  @DisplayName("the order of the predictions makes no difference unless the miner remembers")
  final void orderIsIrrelevant() throws IOException {
    Assumptions.assumeFalse(remembers(), "the miner remembers earlier predictions");
    List<Prediction> stream = Scenes.predictions(30, 5, 12, 8);
    List<Prediction> reversed = new ArrayList<>(stream);
    Collections.reverse(reversed);
    List<MiningDecision> decisions = new ArrayList<>(decide(create(SEED), reversed));
    Collections.reverse(decisions);
    assertEquals(decide(create(SEED), stream), decisions, "override remembers");
  }

  @Test
  @DisplayName("the threads it may use make no difference")
  final void threadsMakeNoDifference() throws IOException {
    List<Prediction> stream = Scenes.predictions(20, 5, 12, 8);
    assertEquals(
        decide(create(SEED), stream),
        decide(create(SEED, Scenes.THREADS, java.util.Map.of()), stream));
  }

  @Test
  @DisplayName("two miners do not disturb each other")
  final void instancesAreApart() throws IOException {
    List<Prediction> stream = Scenes.predictions(30, 5, 12, 8);
    List<MiningDecision> alone = decide(create(SEED), stream);
    HardExampleMining one = create(SEED);
    HardExampleMining other = create(SEED + 1);
    List<MiningDecision> decisions = new ArrayList<>();
    for (int i = 0; i < stream.size(); i++) {
      other.mine(stream.get(stream.size() - 1 - i));
      decisions.add(one.mine(stream.get(i)));
    }
    assertEquals(alone, decisions);
  }

  @Test
  @DisplayName("scores that are not a number are refused, never called easy")
  final void notANumberIsRefused() throws IOException {
    ClassScores scores = Scenes.scores(3, 5, 12, 8);
    int last = scores.logits().length - 1;
    for (int index : new int[] {0, 40, last}) {
      for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        refused(Scenes.prediction(Scenes.with(scores, index, value)));
      }
    }
    float[] nan = new float[scores.logits().length];
    java.util.Arrays.fill(nan, Float.NaN);
    refused(Scenes.prediction(new ClassScores(5, 12, 8, nan)));
  }

  @Test
  @DisplayName("confidence that is not finite is refused, never called easy")
  final void infiniteConfidenceIsRefused() throws IOException {
    Prediction sound = Scenes.prediction(Scenes.scores(4, 3, 6, 4));
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int cell : new int[] {0, 23}) {
        float[] top = sound.confidence().top().clone();
        float[] second = sound.confidence().second().clone();
        float[] entropy = sound.confidence().entropy().clone();
        top[cell] = value;
        second[cell] = Float.NaN;
        entropy[cell] = value;
        ClassScores scores = Scenes.with(sound.scores(), cell, value);
        refused(
            new Prediction(
                sound.classMap(),
                scores,
                new PixelConfidence(6, 4, top, second, entropy),
                (double) value));
      }
    }
  }

  @Test
  @DisplayName("a miner that refused a prediction goes on with the next")
  final void goesOnAfterRefusal() throws IOException {
    HardExampleMining miner = create(SEED);
    Prediction sound = Scenes.prediction(Scenes.scores(3, 5, 12, 8));
    Prediction broken = Scenes.prediction(Scenes.with(sound.scores(), 7, Float.NaN));
    sound(miner.mine(sound));
    assertThrows(IllegalArgumentException.class, () -> miner.mine(broken));
    sound(miner.mine(sound));
  }

  @Test
  @DisplayName("a model of one class can be judged")
  final void oneClass() throws IOException {
    sound(create(SEED).mine(Scenes.prediction(Scenes.scores(5, 1, 6, 4))));
  }

  @Test
  @DisplayName("a model of 255 classes can be judged")
  final void manyClasses() throws IOException {
    sound(create(SEED).mine(Scenes.prediction(Scenes.scores(5, 255, 3, 2))));
  }

  @Test
  @DisplayName("images of one pixel and of odd sizes can be judged")
  final void oddSizes() throws IOException {
    for (int[] size : Scenes.SIZES) {
      sound(create(SEED).mine(Scenes.prediction(Scenes.scores(6, 4, size[0], size[1]))));
    }
  }

  @Test
  @DisplayName("the surest and the most doubtful prediction can be judged")
  final void extremes() throws IOException {
    for (double lead : new double[] {0, 1e-6, 50, 1e30, -1e30}) {
      sound(create(SEED).mine(Scenes.plain(lead, 4, 6, 4)));
    }
  }

  @Test
  @DisplayName("a surer prediction scores no lower")
  final void higherIsEasier() throws IOException {
    Assumptions.assumeFalse(drawsAtRandom(), "the miner draws at random");
    double doubtful = create(SEED).mine(Scenes.plain(0, 4, 6, 4)).score();
    double sure = create(SEED).mine(Scenes.plain(30, 4, 6, 4)).score();
    assertTrue(sure >= doubtful, "sure " + sure + ", doubtful " + doubtful);
  }

  @Test
  @DisplayName("every decision has a finite score and a threshold and says why in one line")
  final void decisionsAreSound() throws IOException {
    decide(create(SEED), Scenes.predictions(60, 5, 12, 8))
        .forEach(HardExampleMiningContract::sound);
  }

  @Test
  @DisplayName("predictions are not changed")
  final void inputIsLeftAlone() throws IOException {
    HardExampleMining miner = create(SEED);
    for (Prediction given : Scenes.predictions(5, 5, 12, 8)) {
      byte[] classes = given.classMap().classes().clone();
      float[] logits = given.scores().logits().clone();
      float[] top = given.confidence().top().clone();
      float[] second = given.confidence().second().clone();
      float[] entropy = given.confidence().entropy().clone();
      miner.mine(given);
      assertArrayEquals(classes, given.classMap().classes());
      assertArrayEquals(logits, given.scores().logits());
      assertArrayEquals(top, given.confidence().top());
      assertArrayEquals(second, given.confidence().second());
      assertArrayEquals(entropy, given.confidence().entropy());
    }
  }

  @Test
  @DisplayName("several threads get the decisions that one gets")
  final void severalThreads() throws Exception {
    Assumptions.assumeFalse(remembers(), "the miner remembers earlier predictions");
    List<Prediction> stream = Scenes.predictions(8, 5, 96, 64);
    List<MiningDecision> alone = decide(create(SEED), stream);
    HardExampleMining shared = create(SEED);
    List<Callable<MiningDecision>> tasks = new ArrayList<>();
    List<MiningDecision> expected = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      // Threads hold different predictions at any one time.
      int which = i / Scenes.THREADS * 3 % 8 ^ i % Scenes.THREADS;
      Prediction prediction = stream.get(which);
      expected.add(alone.get(which));
      tasks.add(() -> shared.mine(prediction));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  @Test
  @DisplayName("one prediction from several threads gets the decisions of as many calls from one")
  final void severalThreadsKeepTheState() throws Exception {
    Prediction prediction = Scenes.prediction(Scenes.scores(8, 5, 96, 64));
    List<Prediction> same = Collections.nCopies(CALLS, prediction);
    HardExampleMining shared = create(SEED);
    List<Callable<MiningDecision>> tasks =
        Collections.nCopies(CALLS, () -> shared.mine(prediction));
    assertEquals(sorted(decide(create(SEED), same)), sorted(Scenes.together(tasks)));
  }

  private void refused(Prediction prediction) throws IOException {
    HardExampleMining miner = create(SEED);
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> miner.mine(prediction));
    assertNotEquals("", String.valueOf(thrown.getMessage()).strip(), "the refusal says nothing");
  }

  private static List<MiningDecision> decide(HardExampleMining miner, List<Prediction> stream) {
    return stream.stream().map(miner::mine).toList();
  }

  private static List<MiningDecision> sorted(List<MiningDecision> decisions) {
    return decisions.stream()
        .sorted(
            Comparator.comparing(MiningDecision::hard)
                .thenComparingDouble(MiningDecision::score)
                .thenComparingDouble(MiningDecision::threshold)
                .thenComparing(MiningDecision::reason))
        .toList();
  }

  private static void sound(MiningDecision decision) {
    assertTrue(Double.isFinite(decision.score()), decision.toString());
    assertFalse(Double.isNaN(decision.threshold()), decision.toString());
    oneLine("reason", decision.reason());
  }
}
