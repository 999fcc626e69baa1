package io.seamark.mining;

import io.seamark.perception.Prediction;
import io.seamark.plugin.Delivery;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;

/**
 * Makes a stated share of the frames hard, the hardest by another miner's score.
 *
 * <p><b>Law.</b> For each frame the share {@code s} that may be hard now is found (below) and added
 * to a debt {@code D}; a hard frame takes 1 from it. The frame is hard when its rank among the
 * scores of the last {@code window / 2} frames, its own included, is below a level: {@code s} when
 * nothing is owed, rising in a straight line to 1 at {@code D = B} and falling to 0 at {@code D =
 * -B}. So the quantile of the recent scores (feed-forward) sets the threshold and the debt
 * (integral action) corrects it. {@code B} is half of {@code tolerance * window}, at least 1, and
 * {@code D} is never let out of [-B, B], whatever the score. Hence the number of hard frames in
 * <i>any</i> {@code n} frames differs from the sum of {@code s} by at most {@code 2 B}: that is the
 * tolerance over a window, through every change of scene and from the first frame on, and it bounds
 * runs of hard frames by {@code 1 + 2 B / (1 - s)} and of easy ones by {@code 1 + 2 B / s}. Equal
 * scores share the middle of their ranks, so that the debt alone decides between them. The bounded
 * debt is a token bucket that may also be overdrawn (Turner, New directions in communications,
 * 1986).
 *
 * <p><b>Price.</b> A tight tolerance sometimes takes an easier frame or leaves out a harder one,
 * since chance alone moves the number of hard frames in a window by more than it allows. After a
 * change of scene the choice is by debt until the remembered scores are of the new scene.
 *
 * <p><b>Bytes a minute.</b> {@code s} is at most {@code bytesPerMinute * minutes a frame / bytes an
 * upload}, both means over what is remembered: frames within the memory, the last 32 deliveries. A
 * backlog that an outage has left goes out as fast as the cloud takes it and is not held back here.
 *
 * <p><b>Latency.</b> {@code s} is at most a cap that rises by 0.01 with every answer in time and
 * falls to 0.8 of itself with a late one, but not again before an answer to a frame from after the
 * fall: additive increase and multiplicative decrease, with which edges that share a cloud come to
 * equal shares (Chiu and Jain, Computer Networks and ISDN Systems 17, 1989). The cap stays above
 * 0.01, or no answer would ever say that the cloud has become faster.
 *
 * <p>Until the first answer both count as a share of 0.05. Memory is {@code window / 2} scores and
 * times. Thread-safe; {@code mine} decides in the order in which calls come out of the wrapped
 * miner.
 */
final class UploadBudget implements HardExampleMining {
  private static final double FIRST_SHARE = 0.05;
  private static final double LEAST_SHARE = 0.01;
  private static final double RISE = 0.01;
  private static final double FALL = 0.8;
  private static final int DELIVERIES = 32;
  private static final double MILLIS_A_MINUTE = 60_000;

  private final HardExampleMining miner;
  private final UploadBudgetProvider.Hyperparameters rule;
  private final InstantSource clock;
  private final double bound;

  // Rings: the newest is at (frames - 1) % length.
  private final double[] scores;
  private final long[] times;
  private final long[] sizes = new long[DELIVERIES];
  private long frames;
  private long deliveries;
  private double debt;
  private double cap = FIRST_SHARE;
  private Instant lowered = Instant.MIN;

  UploadBudget(
      HardExampleMining miner, UploadBudgetProvider.Hyperparameters rule, InstantSource clock) {
    this.miner = miner;
    this.rule = rule;
    this.clock = clock;
    this.bound = Math.max(1, rule.tolerance() * rule.window() / 2);
    this.scores = new double[Math.max(1, rule.window() / 2)];
    this.times = new long[scores.length];
  }

  @Override
  public MiningDecision mine(Prediction prediction) {
    double score = Numbers.checked("score", miner.mine(prediction).score());
    return decide(score);
  }

  private synchronized MiningDecision decide(double score) {
    int newest = (int) (frames % scores.length);
    scores[newest] = score;
    times[newest] = clock.millis();
    frames++;
    double share = share();
    double owed = debt;
    debt += share;
    double level =
        owed > 0
            ? share + (1 - share) * Math.min(1, owed / bound)
            : share + share * Math.max(-1, owed / bound);
    double[] sorted = Arrays.copyOf(scores, remembered());
    Arrays.sort(sorted);
    double place = level * sorted.length;
    boolean hard = middle(sorted, score) < place;
    boolean forced = false;
    if (hard && debt - 1 < -bound || !hard && debt > bound) {
      hard = !hard;
      forced = true;
    }
    if (hard) {
      debt -= 1;
    }
    int rank = (int) Math.max(0, Math.ceil(place - 0.5));
    double threshold = rank < sorted.length ? sorted[rank] : Math.nextUp(sorted[sorted.length - 1]);
    String reason =
        String.format(
            Locale.ROOT,
            "score %.3f at threshold %.3f for a share of %.3f, %.2f uploads owed%s",
            score,
            threshold,
            share,
            owed,
            forced ? ": held to the budget" : "");
    return hard
        ? new MiningDecision.Hard(score, threshold, reason)
        : new MiningDecision.Easy(score, threshold, reason);
  }

  @Override
  public void delivered(Delivery delivery) {
    miner.delivered(delivery);
    record(delivery);
  }

  private synchronized void record(Delivery delivery) {
    sizes[(int) (deliveries % DELIVERIES)] = delivery.bytesUp();
    deliveries++;
    if (rule.latency() > 0 && delivery.latencySeconds() > rule.latency()) {
      Instant now = clock.instant();
      // A clock that was set back must not keep the cap up until it has caught up.
      if (delivery.mined().isAfter(lowered) || lowered.isAfter(now)) {
        cap = Math.max(LEAST_SHARE, Math.min(cap, rule.share()) * FALL);
        lowered = now;
      }
    } else {
      cap = Math.min(rule.share(), cap + RISE);
    }
  }

  /** The share that may be hard now: the strictest limit's. */
  private double share() {
    double share = rule.share();
    if (rule.bytesPerMinute() > 0) {
      share = Math.min(share, shareOfBytes());
    }
    if (rule.latency() > 0) {
      share = Math.min(share, cap);
    }
    return share;
  }

  private double shareOfBytes() {
    int n = remembered();
    int known = (int) Math.min(deliveries, DELIVERIES);
    if (known == 0 || n < 2) {
      return FIRST_SHARE;
    }
    long sum = 0;
    for (int i = 0; i < known; i++) {
      sum += sizes[i];
    }
    long oldest = times[frames <= times.length ? 0 : (int) (frames % times.length)];
    // A clock that is set back must not earn anything.
    double millis = Math.max(0, times[(int) ((frames - 1) % times.length)] - oldest);
    double budget = rule.bytesPerMinute() / MILLIS_A_MINUTE * millis / (n - 1);
    double size = (double) sum / known;
    return size == 0 ? 1 : Math.min(1, budget / size);
  }

  private int remembered() {
    return (int) Math.min(frames, scores.length);
  }

  /** The middle of the ranks of the scores that equal this one, from 0. */
  private static double middle(double[] sorted, double score) {
    int at = Arrays.binarySearch(sorted, score);
    int first = at;
    while (first > 0 && sorted[first - 1] == score) {
      first--;
    }
    int after = at + 1;
    while (after < sorted.length && sorted[after] == score) {
      after++;
    }
    return (first + after) / 2.0;
  }
}
