package io.seamark.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Accuracies of the model after each round on the evaluation part of each chunk, and what follows
 * from them.
 *
 * @param baseline accuracy of the model before any training on each chunk, R values
 * @param rows {@code rows[r][j]}: after round r (0 to R) on chunk j + 1 (j from 0 to R - 1); NaN
 *     where there was nothing to evaluate
 */
@SuppressWarnings("ArrayRecordComponent")
public record TransferMatrix(double[] baseline, double[][] rows) {
  /** Checks and copies the shape. */
  public TransferMatrix {
    int rounds = baseline.length;
    if (rounds < 1 || rows.length != rounds + 1) {
      throw new IllegalArgumentException(
          "a matrix of "
              + rounds
              + " columns has "
              + rows.length
              + " rows, but must have one more");
    }
    for (double[] row : rows) {
      if (row.length != rounds) {
        throw new IllegalArgumentException(
            "a row has " + row.length + " values, but must have " + rounds);
      }
    }
    baseline = baseline.clone();
    rows = Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * Backward transfer as Ianvs defines it: the mean over all R x R places of the difference between
   * consecutive rows, chunks not yet seen included (kubeedge/ianvs, {@code
   * core/testcasecontroller/metrics/metrics.py}).
   *
   * @return NaN if a value is missing
   */
  public double backwardIanvs() {
    int rounds = baseline.length;
    double sum = 0;
    for (int i = 0; i < rounds; i++) {
      for (int j = 0; j < rounds; j++) {
        sum += rows[i + 1][j] - rows[i][j];
      }
    }
    return sum / (rounds * rounds);
  }

  /**
   * Forward transfer as Ianvs defines it: the mean over i from 0 to R - 1 of {@code rows[i][i] -
   * rows[0][i]}, the first of which is always 0 (same source).
   *
   * @return NaN if a value is missing
   */
  public double forwardIanvs() {
    int rounds = baseline.length;
    double sum = 0;
    for (int i = 0; i < rounds; i++) {
      sum += rows[i][i] - rows[0][i];
    }
    return sum / rounds;
  }

  /**
   * Backward transfer as usual: with R[t,i] the accuracy on chunk i after round t, the mean over i
   * from 1 to T - 1 of {@code R[T,i] - R[i,i]} (Lopez-Paz and Ranzato 2017, "Gradient Episodic
   * Memory for Continual Learning", arXiv 1706.08840, equation 3).
   *
   * @return NaN if a value is missing or there is one round only
   */
  public double backwardUsual() {
    int last = baseline.length;
    double sum = 0;
    for (int i = 1; i < last; i++) {
      sum += rows[last][i - 1] - rows[i][i - 1];
    }
    return sum / (last - 1);
  }

  /**
   * Forward transfer as usual: the mean over i from 2 to T of {@code R[i-1,i] - b[i]} (same paper,
   * equation 4). There b is the accuracy at random initialisation; here it is the accuracy of the
   * model that the case starts from, before any training, which is the same thing where that model
   * is untrained.
   *
   * @return NaN if a value is missing or there is one round only
   */
  public double forwardUsual() {
    int last = baseline.length;
    double sum = 0;
    for (int i = 2; i <= last; i++) {
      sum += rows[i - 1][i - 1] - baseline[i - 1];
    }
    return sum / (last - 1);
  }

  /**
   * What Ianvs reports as MATRIX.
   *
   * @return rows 1 to R
   */
  public List<List<Double>> reported() {
    List<List<Double>> reported = new ArrayList<>();
    for (int r = 1; r < rows.length; r++) {
      reported.add(Arrays.stream(rows[r]).boxed().toList());
    }
    return reported;
  }
}
