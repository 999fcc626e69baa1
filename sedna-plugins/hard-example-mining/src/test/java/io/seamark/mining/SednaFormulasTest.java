package io.seamark.mining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.PluginRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every ported miner against the formula of Sedna or Ianvs, computed in double precision straight
 * from the logits.
 */
class SednaFormulasTest {
  private static final double TOLERANCE = 1e-6;
  private static final double[] THRESHOLDS = {0, 0.05, 0.3, 0.5, 0.75, 0.9, 0.95, 1};

  private final PluginRegistry registry =
      PluginRegistry.discover(null, getClass().getClassLoader());

  /** Logits of several kinds: sure, unsure, mixed, extreme, all equal, one pixel, two classes. */
  private static List<ClassScores> storedLogits() {
    List<ClassScores> logits = new ArrayList<>();
    Random random = new Random(20_210_504);
    for (double spread : new double[] {0.1, 1, 3, 8, 40}) {
      logits.add(gaussian(random, 11, 30, 23, spread));
      logits.add(gaussian(random, 2, 7, 5, spread));
      logits.add(gaussian(random, 19, 1, 1, spread));
    }
    logits.add(new ClassScores(11, 4, 4, new float[11 * 16]));
    // Half of the pixels at exactly 0.5 and 0.5, the other half with no doubt at all.
    logits.add(new ClassScores(2, 2, 1, new float[] {0, 200, 0, -200}));
    return logits;
  }

  private static ClassScores gaussian(
      Random random, int classes, int width, int height, double spread) {
    float[] values = new float[classes * width * height];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (spread * random.nextGaussian());
    }
    return new ClassScores(classes, width, height, values);
  }

  private static Prediction prediction(ClassScores scores) {
    return new Prediction(scores.argmax(), scores, PixelConfidence.of(scores));
  }

  /** Softmax of each pixel, [pixel][class]. */
  private static double[][] probabilities(ClassScores scores) {
    int plane = scores.width() * scores.height();
    double[][] result = new double[plane][scores.classes()];
    for (int i = 0; i < plane; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < scores.classes(); c++) {
        max = Math.max(max, scores.logits()[c * plane + i]);
      }
      double sum = 0;
      for (int c = 0; c < scores.classes(); c++) {
        sum += Math.exp(scores.logits()[c * plane + i] - max);
      }
      for (int c = 0; c < scores.classes(); c++) {
        result[i][c] = Math.exp(scores.logits()[c * plane + i] - max) / sum;
      }
    }
    return result;
  }

  private static double highest(double[] p) {
    return Arrays.stream(p).max().orElseThrow();
  }

  /** Sedna's confidence_score of one vector of probabilities; 0 ln 0 is 0. */
  private static double crossEntropy(double[] p) {
    double logSum = 0;
    for (double value : p) {
      logSum += value > 0 ? value * Math.log(value) : 0;
    }
    return 1 + 1.0 * logSum / Math.log(p.length);
  }

  private HardExampleMining miner(String name, Map<String, String> values) {
    return registry.create(PluginKind.HARD_EXAMPLE_MINING, name, values, 1, 1);
  }

  /** The score to 1e-6, and the decision wherever a rounding of the score cannot change it. */
  private static void assertDecides(
      MiningDecision decision, double score, boolean hard, double threshold) {
    assertEquals(score, decision.score(), TOLERANCE);
    assertEquals(threshold, decision.threshold());
    if (Math.abs(score - threshold) > TOLERANCE) {
      assertEquals(hard, decision.hard(), decision.reason());
    }
  }

  @Test
  void threshold_isTheMeanOfTheBoxScores() {
    for (ClassScores logits : storedLogits()) {
      double score =
          Arrays.stream(probabilities(logits)).mapToDouble(p -> highest(p)).average().orElseThrow();
      for (double t : THRESHOLDS) {
        assertDecides(
            miner("Threshold", Map.of("threshold", "" + t)).mine(prediction(logits)),
            score,
            score < t,
            t);
      }
    }
  }

  @Test
  void crossEntropy_isTheMeanOfEachPixelsConfidenceScore() {
    for (ClassScores logits : storedLogits()) {
      double score =
          Arrays.stream(probabilities(logits))
              .mapToDouble(p -> crossEntropy(p))
              .average()
              .orElseThrow();
      for (double t : THRESHOLDS) {
        assertDecides(
            miner("CrossEntropy", Map.of("threshold_cross_entropy", "" + t))
                .mine(prediction(logits)),
            score,
            score < t,
            t);
      }
    }
  }

  @Test
  void ibt_isTheShareOfBoxesAtOrBelowTheBoxThreshold() {
    for (ClassScores logits : storedLogits()) {
      double[][] p = probabilities(logits);
      for (double box : THRESHOLDS) {
        double unsure = (double) Arrays.stream(p).filter(q -> highest(q) <= box).count() / p.length;
        for (double image : THRESHOLDS) {
          MiningDecision decision =
              miner("IBT", Map.of("threshold_img", "" + image, "threshold_box", "" + box))
                  .mine(prediction(logits));
          assertEquals(1 - unsure, decision.score(), TOLERANCE);
          assertEquals(unsure >= 1 - image, decision.hard(), decision.reason());
        }
      }
    }
  }

  @Test
  void confidenceShare_isTheShareOfPixelsAboveNineTenths() {
    for (ClassScores logits : storedLogits()) {
      double[][] p = probabilities(logits);
      double score = (double) Arrays.stream(p).filter(q -> highest(q) > 0.9).count() / p.length;
      for (double t : THRESHOLDS) {
        MiningDecision decision =
            miner("confidence_share", Map.of("threshold", "" + t)).mine(prediction(logits));
        assertEquals(score, decision.score(), TOLERANCE);
        assertEquals(!(score > t), decision.hard(), decision.reason());
      }
    }
  }

  @Test
  void scoreMargin_isTheMeanOfTopOneMinusTopTwo() {
    for (ClassScores logits : storedLogits()) {
      double score =
          Arrays.stream(probabilities(logits))
              .mapToDouble(
                  p -> {
                    double[] sorted = p.clone();
                    Arrays.sort(sorted);
                    return sorted[p.length - 1] - sorted[p.length - 2];
                  })
              .average()
              .orElseThrow();
      assertDecides(
          miner("score_margin", Map.of()).mine(prediction(logits)), score, score < 0.87, 0.87);
    }
  }

  @Test
  void entropy_isTheMeanOverTheLeastCertainPixels() {
    for (ClassScores logits : storedLogits()) {
      for (double share : new double[] {0, 0.1, 0.5, 1}) {
        double[] certainty =
            Arrays.stream(probabilities(logits)).mapToDouble(p -> crossEntropy(p)).toArray();
        Arrays.sort(certainty);
        int count = Math.max(1, (int) Math.round(share * certainty.length));
        double score = Arrays.stream(certainty, 0, count).average().orElseThrow();
        assertDecides(
            miner("entropy", Map.of("least-certain", "" + share, "threshold", "0.4"))
                .mine(prediction(logits)),
            score,
            score < 0.4,
            0.4);
      }
    }
  }

  @Test
  void cloudOnlyAndEdgeOnly_areAlwaysOfOneMind() {
    for (ClassScores logits : storedLogits()) {
      assertEquals(
          new MiningDecision.Hard(0, 1, "every frame is hard"),
          miner("CloudOnly", Map.of()).mine(prediction(logits)));
      assertEquals(
          new MiningDecision.Easy(1, 0, "every frame is easy"),
          miner("EdgeOnly", Map.of()).mine(prediction(logits)));
    }
  }

  @Test
  void random_isHardInTheStatedShareAndRepeatsBySeed() {
    Prediction any = prediction(storedLogits().get(0));
    HardExampleMining first = miner("Random", Map.of());
    HardExampleMining again = miner("Random", Map.of());
    HardExampleMining other =
        registry.create(PluginKind.HARD_EXAMPLE_MINING, "Random", Map.of(), 2, 1);
    int hard = 0;
    int different = 0;
    for (int i = 0; i < 10_000; i++) {
      MiningDecision decision = first.mine(any);
      assertEquals(decision, again.mine(any));
      assertEquals(decision.score() < 0.3, decision.hard());
      different += decision.score() == other.mine(any).score() ? 0 : 1;
      hard += decision.hard() ? 1 : 0;
    }
    // Four standard deviations of a binomial count.
    assertEquals(3000, hard, 4 * Math.sqrt(10_000 * 0.3 * 0.7));
    assertEquals(10_000, different);
    assertTrue(miner("Random", Map.of("random_ratio", "1")).mine(any).hard());
    assertTrue(!miner("Random", Map.of("random_ratio", "0")).mine(any).hard());
  }

  @Test
  void random_givesThreadsTheSameNumbersTogetherAsOneAlone() throws Exception {
    Prediction any = prediction(new ClassScores(2, 1, 1, new float[2]));
    HardExampleMining alone = miner("Random", Map.of());
    Set<Double> expected = new HashSet<>();
    for (int i = 0; i < 40_000; i++) {
      expected.add(alone.mine(any).score());
    }
    HardExampleMining shared = miner("Random", Map.of());
    Callable<Set<Double>> quarter =
        () -> {
          Set<Double> scores = new HashSet<>();
          for (int i = 0; i < 10_000; i++) {
            scores.add(shared.mine(any).score());
          }
          return scores;
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Set<Double> actual = new HashSet<>();
      for (Future<Set<Double>> part :
          threads.invokeAll(List.of(quarter, quarter, quarter, quarter))) {
        actual.addAll(part.get());
      }
      assertEquals(expected, actual);
    } finally {
      threads.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Threshold",
        "CrossEntropy",
        "IBT",
        "Random",
        "CloudOnly",
        "EdgeOnly",
        "entropy",
        "confidence_share",
        "score_margin",
        "upload_budget"
      })
  void noMiner_judgesWhatIsNotANumber(String name) {
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] logits = new float[3 * 8];
      logits[11] = wrong;
      Prediction prediction = prediction(new ClassScores(3, 8, 1, logits));
      assertTrue(
          String.valueOf(
                  assertThrows(
                          IllegalArgumentException.class,
                          () -> miner(name, Map.of()).mine(prediction))
                      .getMessage())
              .startsWith("the prediction cannot be judged: its "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Threshold", "IBT", "Random", "CloudOnly", "EdgeOnly"})
  void aProbabilityOutOfRange_isRefusedWhereSednaCallsItEasy(String name) {
    Prediction prediction =
        new Prediction(
            new ClassMap(1, 1, new byte[1]),
            new ClassScores(2, 1, 1, new float[2]),
            new PixelConfidence(1, 1, new float[] {1.5f}, new float[1], new float[1]));
    assertEquals(
        "the prediction cannot be judged: its probability is 1.5, not from 0 to 1",
        assertThrows(IllegalArgumentException.class, () -> miner(name, Map.of()).mine(prediction))
            .getMessage());
  }

  @Test
  void oneClass_isCertain() {
    Prediction prediction = prediction(new ClassScores(1, 2, 1, new float[] {3, -3}));
    assertEquals(1, miner("CrossEntropy", Map.of()).mine(prediction).score());
    assertEquals(1, miner("entropy", Map.of()).mine(prediction).score());
    assertEquals(1, miner("Threshold", Map.of()).mine(prediction).score());
  }
}
