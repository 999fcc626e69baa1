package io.seamark.mining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.Delivery;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadBudgetTest {
  private static final int WINDOW = 200;
  private static final int SETTLE = 100;
  private static final double BAND = 0.02 + 1e-9;

  private final Clock clock = new Clock();

  /** Time that passes when the test says so. */
  private static final class Clock implements InstantSource {
    private Instant now = Instant.parse("2026-01-01T06:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void pass(double seconds) {
      now = now.plusNanos(Math.round(seconds * 1e9));
    }
  }

  /** A prediction whose mean margin is the given score. */
  private static Prediction scoring(double score) {
    return new Prediction(
        new ClassMap(1, 1, new byte[1]),
        new ClassScores(2, 1, 1, new float[2]),
        new PixelConfidence(1, 1, new float[] {(float) score}, new float[1], new float[1]));
  }

  private static HardExampleMining margin() {
    return registry().create(PluginKind.HARD_EXAMPLE_MINING, "score_margin", Map.of(), 1, 1);
  }

  private static PluginRegistry registry() {
    return PluginRegistry.discover(null, UploadBudgetTest.class.getClassLoader());
  }

  private UploadBudget budget(double share, long bytesPerMinute, double latency) {
    return new UploadBudget(
        margin(),
        new UploadBudgetProvider.Hyperparameters(
            "score_margin", share, bytesPerMinute, latency, WINDOW, 0.02),
        clock);
  }

  private static DoubleSupplier normal(Random random, double mean, double deviation) {
    return () -> Math.min(1, Math.max(0, mean + deviation * random.nextGaussian()));
  }

  private static boolean[] mine(HardExampleMining miner, double[] scores) {
    boolean[] hard = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      hard[i] = miner.mine(scoring(scores[i])).hard();
    }
    return hard;
  }

  private static double share(boolean[] hard, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += hard[i] ? 1 : 0;
    }
    return (double) count / (to - from);
  }

  /** Largest distance from the share of any window that lies within the frames. */
  private static double worst(boolean[] hard, double share, int from, int to) {
    double worst = 0;
    for (int start = from; start + WINDOW <= to; start++) {
      worst = Math.max(worst, Math.abs(share(hard, start, start + WINDOW) - share));
    }
    return worst;
  }

  private static int longestRun(boolean[] hard, boolean of) {
    int longest = 0;
    int run = 0;
    for (boolean h : hard) {
      run = h == of ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  @ParameterizedTest
  @CsvSource({"0.1,1", "0.1,2", "0.1,3", "0.3,1", "0.3,2", "0.3,3", "0.5,1", "0.5,2", "0.5,3"})
  void theShareHoldsThroughDayNightAndDay(double share, long seed) {
    Random random = new Random(seed);
    DoubleSupplier day = normal(random, 0.9, 0.03);
    DoubleSupplier night = normal(random, 0.5, 0.08);
    int phase = 500;
    double[] scores = new double[3 * phase];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (i / phase == 1 ? night : day).getAsDouble();
    }

    boolean[] hard = mine(budget(share, 0, 0), scores);

    StringBuilder line = new StringBuilder("upload_budget " + share + " seed " + seed + ":");
    for (int end = phase; end <= scores.length; end += phase) {
      line.append(String.format(" last 200 %.3f", share(hard, end - WINDOW, end)));
      assertEquals(share, share(hard, end - WINDOW, end), BAND);
    }
    for (int change = phase; change < scores.length; change += phase) {
      double within = share(hard, change, change + SETTLE);
      line.append(String.format(", first 100 after change %.3f", within));
      // Not only the frames after the first 100: those 100 themselves are within what 4 frames are.
      assertEquals(share, within, 2 * BAND);
      assertEquals(share, share(hard, change + SETTLE, change + SETTLE + WINDOW), BAND);
    }
    double worst = worst(hard, share, 0, hard.length);
    line.append(String.format(", worst of any 200 %.3f", Math.abs(worst)));
    assertTrue(worst <= BAND, line.toString());
    line.append(", runs " + longestRun(hard, true) + " " + longestRun(hard, false));
    assertTrue(longestRun(hard, true) <= 1 + 4 / (1 - share), line.toString());
    assertTrue(longestRun(hard, false) <= 1 + 4 / share, line.toString());

    // What is uploaded must still be the hardest: far above the share that chance would find.
    double found = found(hard, scores, share, SETTLE, phase);
    double afterwards = found(hard, scores, share, phase + SETTLE, 2 * phase);
    line.append(String.format(", hardest found %.2f %.2f", found, afterwards));
    assertTrue(found > share + 0.25, line.toString());
    assertTrue(afterwards > share + 0.25, line.toString());
    System.out.println(line);
  }

  /** Of the hardest share of the frames, how many were found hard. */
  private static double found(boolean[] hard, double[] scores, double share, int from, int to) {
    double[] sorted = Arrays.copyOfRange(scores, from, to);
    Arrays.sort(sorted);
    double limit = sorted[(int) (share * sorted.length)];
    int of = 0;
    int hits = 0;
    for (int i = from; i < to; i++) {
      if (scores[i] < limit) {
        of++;
        hits += hard[i] ? 1 : 0;
      }
    }
    return (double) hits / of;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.5, 0.77})
  void equalScoresHoldTheShareEvenly(double share) {
    double[] scores = new double[1000];
    Arrays.fill(scores, 0.7);

    boolean[] hard = mine(budget(share, 0, 0), scores);

    assertTrue(worst(hard, share, 0, hard.length) <= BAND);
    // Evenly: neither kind comes in longer runs than the share makes necessary.
    assertTrue(longestRun(hard, false) <= Math.ceil(1 / share) + 1);
    assertTrue(longestRun(hard, true) <= Math.ceil(1 / (1 - share)) + 1);
  }

  @Test
  void twoTiedScoresGoHardFirst() {
    double[] scores = new double[1000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = i % 5 == 0 ? 0.2 : 0.8;
    }

    boolean[] hard = mine(budget(0.3, 0, 0), scores);

    assertTrue(worst(hard, 0.3, 0, hard.length) <= BAND);
    for (int i = 200; i < scores.length; i += 5) {
      assertTrue(hard[i], "frame " + i);
    }
  }

  @Test
  void aSlowDriftHoldsTheShare() {
    Random random = new Random(4);
    double[] scores = new double[2000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = 0.95 - 0.0004 * i + 0.02 * random.nextGaussian();
    }

    boolean[] hard = mine(budget(0.3, 0, 0), scores);

    assertTrue(worst(hard, 0.3, 0, hard.length) <= BAND);
  }

  @Test
  void shareNoneIsNeverAndAllIsAlwaysHard() {
    double[] scores = new Random(5).doubles(300).toArray();

    assertEquals(0, share(mine(budget(0, 0, 0), scores), 0, 300));
    assertEquals(1, share(mine(budget(1, 0, 0), scores), 0, 300));
  }

  @Test
  void aLooseToleranceGivesAHardSceneMore() {
    double[] scores = new double[400];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (i / 20 % 2 == 0 ? 0.8 : 0.3) + 0.001 * (i % 7);
    }
    HardExampleMining loose =
        new UploadBudget(
            margin(),
            new UploadBudgetProvider.Hyperparameters("score_margin", 0.3, 0, 0, WINDOW, 0.2),
            clock);

    boolean[] hard = mine(loose, scores);
    boolean[] strict = mine(budget(0.3, 0, 0), scores);

    assertTrue(worst(hard, 0.3, 0, hard.length) <= 0.2);
    assertTrue(found(hard, scores, 0.3, 200, 400) > found(strict, scores, 0.3, 200, 400));
  }

  @Test
  void theDecisionTellsTheScoreAndTheMovedThreshold() {
    UploadBudget budget = budget(0.3, 0, 0);
    Random random = new Random(6);
    for (int i = 0; i < 400; i++) {
      double score = random.nextInt(1 << 20) / (double) (1 << 20);
      MiningDecision decision = budget.mine(scoring(score));
      assertEquals(score, decision.score());
      if (!decision.reason().endsWith("held to the budget")) {
        assertEquals(decision.hard(), score < decision.threshold(), decision.reason());
      }
    }
    assertTrue(
        budget
            .mine(scoring(0.5))
            .reason()
            .matches(
                "score 0\\.500 at threshold 0\\.\\d{3} for a share"
                    + " of 0\\.300, -?\\d\\.\\d\\d uploads owed.*"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bytesAMinuteAreHeldThroughChangesOfRateAndSize(long seed) {
    // 60 kB a frame; 5, then 15 frames a second; then frames twice as large.
    long limit = 6_000_000;
    UploadBudget budget = budget(1, limit, 0);
    Random random = new Random(seed);
    double[] seconds = {0.2, 1 / 15.0, 1 / 15.0};
    long[] sizes = {60_000, 60_000, 120_000};
    for (int phase = 0; phase < 3; phase++) {
      long sent = 0;
      Instant start = clock.instant();
      for (int i = 0; i < 1500; i++) {
        clock.pass(seconds[phase]);
        if (budget.mine(scoring(random.nextDouble())).hard()) {
          long size = Math.round(sizes[phase] * (0.8 + 0.4 * random.nextDouble()));
          Instant mined = clock.instant();
          budget.delivered(new Delivery(size, 0.4, mined));
          sent += i < 500 ? 0 : size;
        }
        if (i == 499) {
          start = clock.instant();
        }
      }
      double minutes = Duration.between(start, clock.instant()).toMillis() / 60_000.0;
      System.out.printf(
          "upload_budget bytes a minute, phase %d seed %d: %.0f of %d%n",
          phase, seed, sent / minutes, limit);
      assertEquals((double) limit, sent / minutes, 0.06 * limit);
    }
  }

  @Test
  void untilTheFirstAnswerLittleIsSent() {
    UploadBudget budget = budget(1, 1_000_000, 0);
    int hard = 0;
    for (int i = 0; i < 200; i++) {
      clock.pass(0.1);
      hard += budget.mine(scoring(0.5)).hard() ? 1 : 0;
    }
    assertEquals(10, hard, 2);
  }

  @Test
  void aClockSetBackEarnsNothing() {
    UploadBudget budget = budget(1, 1_000_000, 0);
    budget.delivered(new Delivery(1000, 0, clock.instant()));
    for (int i = 0; i < 100; i++) {
      clock.pass(-1);
      assertFalse(i > 0 && budget.mine(scoring(0.5)).hard());
    }
  }

  /** A cloud that answers one frame at a time. */
  private static final class Cloud {
    private final Queue<Instant> waiting = new ArrayDeque<>();
    private Instant free = Instant.MIN;
    private final List<Double> latencies = new ArrayList<>();

    void offer(Instant mined) {
      waiting.add(mined);
    }

    List<Delivery> until(Instant now, double seconds) {
      List<Delivery> answers = new ArrayList<>();
      while (true) {
        Instant next = waiting.peek();
        if (next == null) {
          return answers;
        }
        Instant done = (free.isAfter(next) ? free : next).plusNanos(Math.round(seconds * 1e9));
        if (done.isAfter(now)) {
          return answers;
        }
        waiting.remove();
        free = done;
        answers.add(new Delivery(60_000, seconds, next));
        latencies.add(Duration.between(next, done).toMillis() / 1000.0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void latencyIsHeldThroughASlowerCloud(long seed) {
    // Ten frames a second, 3 of them wanted; the cloud can do 5 a second, then 1, then 5 again.
    double limit = 3;
    UploadBudget budget = budget(0.3, 0, limit);
    Random random = new Random(seed);
    Cloud cloud = new Cloud();
    double[] seconds = {0.2, 1, 0.2};
    for (int phase = 0; phase < 3; phase++) {
      int hard = 0;
      double change = 0;
      for (int i = 0; i < 4000; i++) {
        if (i == 1000) {
          change = cloud.latencies.stream().mapToDouble(l -> l).max().orElseThrow();
          cloud.latencies.clear();
        }
        clock.pass(0.1);
        if (budget.mine(scoring(random.nextDouble())).hard()) {
          cloud.offer(clock.instant());
          hard += i < 1000 ? 0 : 1;
        }
        for (Delivery answer : cloud.until(clock.instant(), seconds[phase])) {
          budget.delivered(answer);
        }
      }
      List<Double> latencies = cloud.latencies;
      latencies.sort(null);
      double median = latencies.get(latencies.size() / 2);
      double worst = latencies.get(latencies.size() - 1);
      System.out.printf(
          "upload_budget latency, phase %d seed %d: after the change at most %.2f s, then median %.2f s,"
              + " at most %.2f s, share %.3f%n",
          phase, seed, change, median, worst, hard / 3000.0);
      cloud.latencies.clear();
      assertTrue(worst <= limit, "longest " + worst);
      // What was sent before the cloud became slower is late.
      assertTrue(change <= 2 * limit, "after the change " + change);
      // The cloud must not be starved: it can do this share, or more than is wanted.
      double possible = Math.min(0.3, 0.1 / seconds[phase]);
      assertTrue(hard / 3000.0 >= 0.8 * possible, "share " + hard / 3000.0);
    }
  }

  @Test
  void theWrappedMinerLearnsOfDeliveries() {
    List<Delivery> seen = new ArrayList<>();
    HardExampleMining wrapped =
        new HardExampleMining() {
          @Override
          public MiningDecision mine(Prediction prediction) {
            return new MiningDecision.Easy(0.5, 0, "easy");
          }

          @Override
          public void delivered(Delivery delivery) {
            seen.add(delivery);
          }
        };
    UploadBudget budget =
        new UploadBudget(
            wrapped,
            new UploadBudgetProvider.Hyperparameters("any", 0.3, 0, 0, WINDOW, 0.02),
            clock);
    Delivery delivery = new Delivery(7, 1.5, clock.instant());

    budget.delivered(delivery);

    assertEquals(List.of(delivery), seen);
  }

  @Test
  void threadsTogetherKeepTheBudget() throws Exception {
    UploadBudget budget = budget(0.3, 0, 0);
    Callable<Integer> part =
        () -> {
          int hard = 0;
          for (int i = 0; i < 1000; i++) {
            hard += budget.mine(scoring(i % 97 / 97.0)).hard() ? 1 : 0;
          }
          return hard;
        };
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      int hard = 0;
      for (Future<Integer> one : threads.invokeAll(List.of(part, part, part, part))) {
        hard += one.get();
      }
      assertEquals(1200, hard, 2);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void configurationChoosesTheWrappedMinerAndSetsIt() {
    Map<String, String> settings =
        Map.of(
            "seamark.hard_example_mining", "upload_budget",
            "hard_example_mining.upload_budget.miner", "IBT",
            "hard_example_mining.upload_budget.share", "0.5",
            "hard_example_mining.IBT.threshold_box", "0.9");
    HardExampleMining miner =
        new ConfiguredPlugins(registry(), settings, 1, 1).create(PluginKind.HARD_EXAMPLE_MINING);

    assertEquals(0, miner.mine(scoring(0.85)).score());
    assertEquals(1, miner.mine(scoring(0.95)).score());
  }

  @Test
  void aWrongOrCircularMinerIsRefused() {
    assertTrue(
        refusal(Map.of("miner", "score_margn")).contains("did you mean score_margin"),
        refusal(Map.of("miner", "score_margn")));
    assertEquals(
        "plugins are composed in a circle: hard_example_mining.upload_budget and again"
            + " hard_example_mining.upload_budget",
        refusal(Map.of("miner", "upload_budget")));
    assertEquals(
        "hard_example_mining.upload_budget.window is '19', but must be a whole number of frames"
            + " from 20 to 100000",
        refusal(Map.of("window", "19")));
  }

  private static String refusal(Map<String, String> values) {
    return String.valueOf(
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    registry()
                        .create(PluginKind.HARD_EXAMPLE_MINING, "upload_budget", values, 1, 1))
            .getMessage());
  }
}
