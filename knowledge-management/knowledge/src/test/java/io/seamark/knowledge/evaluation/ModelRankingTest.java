package io.seamark.knowledge.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.plugin.TaskUpdateDecision.Evaluation;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelRankingTest {
  private static Evaluation of(double agreement, double retained) {
    return new Evaluation(4, agreement, Double.isNaN(retained) ? 0 : 4, retained);
  }

  @Test
  void ranksOfBothFiguresAreAdded() {
    // By agreement 2, 0, 1; by retained frames 1, 0, 2: of 3 and 3 agreement decides.
    assertEquals(
        List.of(1, 2, 0), ModelRanking.order(List.of(of(0.5, 0.7), of(0.8, 0.8), of(0.6, 0.1))));
  }

  @Test
  void withoutRetainedFramesAgreementDecides() {
    assertEquals(
        List.of(2, 0, 1),
        ModelRanking.order(List.of(of(0.5, Double.NaN), of(0.4, Double.NaN), of(0.6, Double.NaN))));
  }

  @Test
  void aFigureThatIsNoneRanksLastAndTiesGoToTheFirst() {
    assertEquals(
        List.of(1, 2, 0),
        ModelRanking.order(List.of(of(Double.NaN, 0.7), of(0.5, 0.7), of(0.5, 0.7))));
  }
}
