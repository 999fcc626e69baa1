package io.seamark.run;

import io.seamark.edge.sync.KnowledgeClient;
import io.seamark.knowledge.LearningState;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the cloud's training after the stream has ended, and asks for a round where none would
 * come by itself: if none was run at all, or none has led to a better model and there is more to
 * learn from by now.
 */
final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);
  private static final long LOOK_MILLIS = 500;
  // The service looks at its buffer twice a second; until then it may not know of the last frames.
  private static final long SETTLE_MILLIS = 1_500;

  private final CloudKnowledge knowledge;
  private final BooleanSupplier stopped;
  private final Consumer<String> show;
  private boolean asked;
  private long lastWork;

  /** How many rounds have ended, and how many of them gave the champion. */
  record Ended(int rounds, int accepted) {
    static Ended of(LearningState state) {
      return new Ended(state.completed() + state.failed() + state.idle(), state.accepted());
    }
  }

  Training(CloudKnowledge knowledge, BooleanSupplier stopped, Consumer<String> show) {
    this.knowledge = knowledge;
    this.stopped = stopped;
    this.show = show;
  }

  /**
   * Waits.
   *
   * @param before state at the start of the run
   * @param atMost when to give up
   * @return whether training has come to rest
   */
  boolean await(Ended before, Duration atMost) throws InterruptedException {
    long begin = System.nanoTime();
    lastWork = begin;
    String shown = "";
    while (!stopped.getAsBoolean() && System.nanoTime() - begin < atMost.toNanos()) {
      try {
        LearningState state = knowledge.learning();
        LearningState.Phase phase = state.state();
        if (phase == LearningState.Phase.TRAINING || phase == LearningState.Phase.JUDGING) {
          lastWork = System.nanoTime();
          String now =
              phase.name().toLowerCase(Locale.ROOT)
                  + " "
                  + Math.round(10 * state.progress()) * 10
                  + " %";
          if (!now.equals(shown)) {
            show.accept(now);
            shown = now;
          }
        } else if (System.nanoTime() - lastWork > SETTLE_MILLIS * 1_000_000
            && atRest(before, state)) {
          return true;
        }
      } catch (IOException e) {
        LOG.warn("event=training_unknown reason=\"{}\"", e.getMessage());
      }
      // Over HTTP there is nothing to wait on: the state is asked for now and then.
      Thread.sleep(LOOK_MILLIS);
    }
    return false;
  }

  private boolean atRest(Ended before, LearningState state)
      throws IOException, InterruptedException {
    Ended now = Ended.of(state);
    boolean none = now.rounds() == before.rounds();
    boolean more = now.accepted() == before.accepted() && state.samples() > state.trainedOn();
    if (state.samples() == 0 || asked || !(none || more)) {
      return true;
    }
    KnowledgeClient.RoundRequest answer = knowledge.startRound();
    asked = answer == KnowledgeClient.RoundRequest.STARTED;
    lastWork = System.nanoTime();
    return answer == KnowledgeClient.RoundRequest.NOTHING_TO_DO;
  }
}
