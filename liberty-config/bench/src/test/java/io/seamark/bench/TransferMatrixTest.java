package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TransferMatrixTest {
  private static final double[][] ROWS = {
    {0.10, 0.20, 0.15}, {0.50, 0.30, 0.25}, {0.45, 0.60, 0.35}, {0.40, 0.55, 0.70}
  };
  private static final TransferMatrix MATRIX =
      new TransferMatrix(new double[] {0.05, 0.08, 0.04}, ROWS);

  @Test
  @DisplayName("Ianvs's BWT: nine consecutive differences, by hand")
  void backwardIanvs() {
    // Column sums telescope: (0.40-0.10) + (0.55-0.20) + (0.70-0.15) = 1.20; over 9.
    assertEquals(1.20 / 9, MATRIX.backwardIanvs(), 1e-12);
  }

  @Test
  @DisplayName("Ianvs's FWT: the diagonal against row 0, by hand")
  void forwardIanvs() {
    // (0.10-0.10) + (0.30-0.20) + (0.35-0.15) = 0.30; over 3.
    assertEquals(0.30 / 3, MATRIX.forwardIanvs(), 1e-12);
  }

  @Test
  @DisplayName("usual BWT: the last row against each chunk's own round, by hand")
  void backwardUsual() {
    // R[3,1]-R[1,1] = 0.40-0.50; R[3,2]-R[2,2] = 0.55-0.60; over 2.
    assertEquals((-0.10 - 0.05) / 2, MATRIX.backwardUsual(), 1e-12);
  }

  @Test
  @DisplayName("usual FWT: each chunk before its round against the untrained model, by hand")
  void forwardUsual() {
    // R[1,2]-b[2] = 0.30-0.08; R[2,3]-b[3] = 0.35-0.04; over 2.
    assertEquals((0.22 + 0.31) / 2, MATRIX.forwardUsual(), 1e-12);
  }

  @Test
  @DisplayName("MATRIX is rows 1 to R")
  void reported() {
    assertEquals(
        List.of(List.of(0.50, 0.30, 0.25), List.of(0.45, 0.60, 0.35), List.of(0.40, 0.55, 0.70)),
        MATRIX.reported());
  }

  @Test
  @DisplayName("a missing row is refused, a missing value makes no number")
  void incomplete() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new TransferMatrix(new double[2], new double[2][2]));
    assertTrue(String.valueOf(refused.getMessage()).contains("2 rows"));
    double[][] rows = {{Double.NaN, 0.2}, {0.3, 0.4}, {0.5, 0.6}};
    assertTrue(Double.isNaN(new TransferMatrix(new double[2], rows).backwardIanvs()));
  }
}
