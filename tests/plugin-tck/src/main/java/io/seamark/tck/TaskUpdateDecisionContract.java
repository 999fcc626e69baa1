package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.TaskUpdateDecision;
import io.seamark.plugin.TaskUpdateDecision.Accepted;
import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import io.seamark.plugin.TaskUpdateDecision.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every task-update decision keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class TaskUpdateDecisionContract<H extends Record>
    extends PluginContract<TaskUpdateDecision, H> {
  private static final Evaluation SERVING = new Evaluation(50, 0.5, 50, 0.7);

  /** For subclasses. */
  protected TaskUpdateDecisionContract() {}

  @Test
  @DisplayName("a model whose figures are not numbers is never accepted")
  final void notANumberIsNotAccepted() throws IOException {
    TaskUpdateDecision decision = create(SEED);
    for (double value :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      notAccepted(decision, SERVING, new Evaluation(50, value, 50, 0.7));
      notAccepted(decision, SERVING, new Evaluation(50, 0.9, 50, value));
    }
  }

  @Test
  @DisplayName("a model that was judged on no new frames is never accepted")
  final void unjudgedIsNotAccepted() throws IOException {
    notAccepted(
        create(SEED),
        new Evaluation(0, Double.NaN, 50, 0.7),
        new Evaluation(0, Double.NaN, 50, 0.7));
  }

  @Test
  @DisplayName("without retained frames there is a verdict")
  final void withoutRetainedFrames() throws IOException {
    sound(
        create(SEED)
            .decide(
                new Evaluation(50, 0.5, 0, Double.NaN), new Evaluation(50, 0.9, 0, Double.NaN)));
  }

  @Test
  @DisplayName("every verdict says why in one line")
  final void verdictsSayWhy() throws IOException {
    for (Evaluation candidate : candidates()) {
      sound(create(SEED).decide(SERVING, candidate));
    }
  }

  @Test
  @DisplayName("the same figures give the same verdict")
  final void deterministic() throws IOException {
    TaskUpdateDecision decision = create(SEED);
    for (Evaluation candidate : candidates()) {
      Verdict verdict = decision.decide(SERVING, candidate);
      assertEquals(verdict, decision.decide(SERVING, candidate));
      assertEquals(verdict, create(SEED).decide(SERVING, candidate));
    }
  }

  @Test
  @DisplayName("a better model is accepted where a worse one is")
  final void betterIsAcceptedToo() throws IOException {
    TaskUpdateDecision decision = create(SEED);
    for (Evaluation worse : candidates()) {
      if (decision.decide(SERVING, worse) instanceof Accepted) {
        for (Evaluation better : candidates()) {
          if (better.newAgreement() >= worse.newAgreement()
              && better.retainedMeanIou() >= worse.retainedMeanIou()) {
            assertTrue(
                decision.decide(SERVING, better) instanceof Accepted,
                worse + " is accepted, " + better + " is not");
          }
        }
      }
    }
  }

  @Test
  @DisplayName("several threads get the verdicts that one gets")
  final void severalThreads() throws Exception {
    TaskUpdateDecision shared = create(SEED);
    List<Callable<Verdict>> tasks = new ArrayList<>();
    List<Verdict> expected = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      for (Evaluation candidate : candidates()) {
        tasks.add(() -> shared.decide(SERVING, candidate));
        expected.add(create(SEED).decide(SERVING, candidate));
      }
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  private static List<Evaluation> candidates() {
    List<Evaluation> candidates = new ArrayList<>();
    for (double agreement : new double[] {0, 0.4, 0.5, 0.51, 0.6, 1}) {
      for (double retained : new double[] {0, 0.6, 0.69, 0.7, 0.8, 1}) {
        candidates.add(new Evaluation(50, agreement, 50, retained));
      }
    }
    return candidates;
  }

  /** Throwing is as good as rejecting: the serving model stays. */
  private static void notAccepted(
      TaskUpdateDecision decision, Evaluation serving, Evaluation candidate) {
    Verdict verdict;
    try {
      verdict = decision.decide(serving, candidate);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertFalse(verdict instanceof Accepted, candidate + " was accepted: " + verdict.reason());
    sound(verdict);
  }

  private static void sound(Verdict verdict) {
    oneLine("reason", verdict.reason());
  }
}
