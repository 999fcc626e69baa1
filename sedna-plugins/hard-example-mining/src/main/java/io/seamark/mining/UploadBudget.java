package io.seamark.mining;

import io.seamark.perception.Prediction;
import io.seamark.plugin.Delivery;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.ModelOutput;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

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
 * <p><b>Latency.</b> A frame sent now is expected to be answered after {@code (unanswered + 1) *
 * seconds an exchange}, a running mean in which the newest weighs a quarter (Little's law: one
 * frame is sent at a time), and not before the oldest unanswered frame's age. {@code s} is at most
 * the stated share while that is below half of {@code latency}, and falls in a straight line to
 * nothing where it reaches it; what is owed is forgiven to the same degree, so that here the sum of
 * {@code s} is an upper bound only. Uploads are known when they are decided, not when they are
 * answered, so this proportional control acts without delay and comes to rest where the cloud is
 * just kept busy. {@code s} stays at least 0.01, or no answer would ever say that the cloud has
 * become faster.
 *
 * <p>Until the first answer a limit of bytes or latency counts as a share of 0.05. Memory is the
 * scores and times of {@code window / 2} frames and the times of as many unanswered ones.
 * Thread-safe; {@code mine} decides in the order in which calls come out of the wrapped miner.
 */
final class UploadBudget implements HardExampleMining {
  private static final double FIRST_SHARE = 0.05;
  private static final double LEAST_SHARE = 0.01;
  private static final double NEW_EXCHANGE = 0.25;
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
  private final ArrayDeque<Long> unanswered = new ArrayDeque<>();
  private long frames;
  private long deliveries;
  private double debt;
  private double exchange;

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
    double room = rule.latency() > 0 ? room(times[newest]) : 1;
    double share = share(room);
    double owed = Math.min(debt, room * bound);
    debt = owed + share;
    double level =
        owed > 0
            ? share + (1 - share) * Math.min(1, owed / bound)
            : share + share * Math.max(-1, owed / bound);
    double[] sorted = Arrays.copyOf(scores, remembered());
    Arrays.sort(sorted);
    double place = level * sorted.length;
    boolean hard = middle(sorted, score) < place;
    boolean forced = false;
    if ((hard && debt - 1 < -bound) || (!hard && debt > bound)) {
      hard = !hard;
      forced = true;
    }
    if (hard) {
      debt -= 1;
      if (unanswered.size() == scores.length) {
        unanswered.removeFirst();
      }
      unanswered.addLast(times[newest]);
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
    learn(delivery);
  }

  @Override
  public Set<ModelOutput> needs() {
    return miner.needs();
  }

  private synchronized void learn(Delivery delivery) {
    int newest = (int) (deliveries % DELIVERIES);
    sizes[newest] = delivery.bytesUp();
    exchange += (delivery.seconds() - exchange) * (deliveries == 0 ? 1 : NEW_EXCHANGE);
    deliveries++;
    // Frames are sent in order: those before it were answered, refused, or found no room.
    long mined = delivery.mined().toEpochMilli();
    unanswered.removeIf(time -> time <= mined);
  }

  /** The share that may be hard now: the strictest limit's. */
  private double share(double room) {
    double share = rule.share();
    if (deliveries == 0 && (rule.bytesPerMinute() > 0 || rule.latency() > 0)) {
      return Math.min(share, FIRST_SHARE);
    }
    if (rule.latency() > 0) {
      share = Math.min(share, Math.max(LEAST_SHARE, room * share));
    }
    if (rule.bytesPerMinute() > 0) {
      share = Math.min(share, shareOfBytes());
    }
    return share;
  }

  /** How much of the share the expected latency leaves: 1 is all. */
  private double room(long now) {
    double expected = (unanswered.size() + 1) * exchange;
    Long oldest = unanswered.peekFirst();
    if (oldest != null) {
      expected = Math.max(expected, (now - oldest) / 1000.0);
    }
    return Math.min(1, Math.max(0, 2 * (1 - expected / rule.latency())));
  }

  private double shareOfBytes() {
    int n = remembered();
    int known = (int) Math.min(deliveries, DELIVERIES);
    if (n < 2) {
      return FIRST_SHARE;
    }
    long oldest = times[frames <= times.length ? 0 : (int) (frames % times.length)];
    // A clock that is set back must not earn anything.
    double millis = Math.max(0, times[(int) ((frames - 1) % times.length)] - oldest);
    double budget = rule.bytesPerMinute() / MILLIS_A_MINUTE * millis / (n - 1);
    double size = Arrays.stream(sizes, 0, known).average().orElse(0);
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
