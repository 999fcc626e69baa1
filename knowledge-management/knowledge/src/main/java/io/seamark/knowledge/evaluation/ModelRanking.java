package io.seamark.knowledge.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Ranks models by one figure, or by several at once: by the sum of a model's ranks in each. A round
 * ranks its candidates by the gain over the serving model in agreement with {@link
 * ModelJudge.Consensus#VIEWS}. Agreement with {@link ModelJudge.Consensus#ENSEMBLE} orders models
 * of many recipes well, but among the few of one round those that are near copies outvote the
 * others.
 */
public final class ModelRanking {
  private ModelRanking() {}

  /**
   * The order of models.
   *
   * @param figures at least one list, each with a figure for every model; higher is better, and one
   *     that is not a number is the lowest
   * @return indices of the models, the best first; of equal ones the higher by the first figure,
   *     then the first named
   */
  public static List<Integer> order(List<List<Double>> figures) {
    List<double[]> ranks = figures.stream().map(ModelRanking::ranks).toList();
    double[] first = ranks.get(0);
    return IntStream.range(0, first.length)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingDouble(
                    m -> ranks.stream().mapToDouble(rank -> rank[m]).sum())
                .thenComparingDouble(m -> first[m])
                .thenComparing(m -> m))
        .toList();
  }

  /** 0 for the highest; the mean rank for equal ones. */
  private static double[] ranks(List<Double> figures) {
    List<Double> values = new ArrayList<>();
    for (double figure : figures) {
      values.add(Double.isNaN(figure) ? Double.NEGATIVE_INFINITY : figure);
    }
    double[] ranks = new double[values.size()];
    for (int m = 0; m < ranks.length; m++) {
      double own = values.get(m);
      long above = values.stream().filter(v -> v > own).count();
      long equal = values.stream().filter(v -> v == own).count();
      ranks[m] = above + (equal - 1) / 2.0;
    }
    return ranks;
  }
}
