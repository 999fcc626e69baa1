package io.seamark.knowledge.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelRankingTest {
  @Test
  void ranksOfAllFiguresAreAdded() {
    // Ranks 2, 0, 1 and 1, 0, 2: of 3 and 3 the first figure decides.
    assertEquals(
        List.of(1, 2, 0),
        ModelRanking.order(List.of(List.of(0.5, 0.8, 0.6), List.of(0.7, 0.8, 0.1))));
  }

  @Test
  void oneFigureDecidesAlone() {
    assertEquals(List.of(2, 0, 1), ModelRanking.order(List.of(List.of(-0.5, -0.6, 0.6))));
  }

  @Test
  void aFigureThatIsNoneRanksLastAndTiesGoToTheFirst() {
    assertEquals(
        List.of(1, 2, 0),
        ModelRanking.order(List.of(List.of(Double.NaN, 0.5, 0.5), List.of(0.7, 0.7, 0.7))));
  }
}
