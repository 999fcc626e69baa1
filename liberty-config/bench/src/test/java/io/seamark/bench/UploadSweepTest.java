package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UploadSweepTest {
  /** Four pixels, of which the first so many are answered right. */
  private static ConfusionMatrix right(int pixels) {
    byte[] label = {0, 1, 0, 1};
    byte[] answer = label.clone();
    for (int i = pixels; i < 4; i++) {
      answer[i] = (byte) (1 - answer[i]);
    }
    ConfusionMatrix counts = new ConfusionMatrix(2);
    counts.add(new ClassMap(4, 1, label), new ClassMap(4, 1, answer));
    return counts;
  }

  @Test
  @DisplayName("the hardest frames go first, and the counts are pooled")
  void sweep() {
    UploadSweep sweep =
        new UploadSweep(
            List.of(
                new UploadSweep.Answered(0.9, right(4), right(2)),
                new UploadSweep.Answered(0.1, right(0), right(4))));
    // Pooled halves of 8 pixels: IoU of both classes is right / (16/2 - right) by symmetry.
    assertArrayEquals(new double[] {2 / 6.0, 1, 3 / 5.0}, sweep.meanIou(), 1e-12);
    assertEquals(1, sweep.at(0.5), 1e-12);
    assertEquals(((2 / 6.0 + 1) / 2 + (1 + 3 / 5.0) / 2) / 2, sweep.area(), 1e-12);
  }

  @Test
  @DisplayName("AUROC by hand, with a tie")
  void auroc() {
    double[] scores = {0.1, 0.5, 0.5, 0.9};
    boolean[] bad = {true, true, false, false};
    // 0.1 beats both; 0.5 ties with one and beats the other: 3.5 of 4.
    assertEquals(3.5 / 4, UploadSweep.auroc(scores, bad), 1e-12);
    assertTrue(Double.isNaN(UploadSweep.auroc(scores, new boolean[4])));
  }

  @Test
  @DisplayName("the worst third")
  void worstThird() {
    assertArrayEquals(
        new boolean[] {false, true, false, false, true, false, false},
        UploadSweep.worstThird(new double[] {0.5, 0.1, 0.6, 0.7, 0.2, 0.8, 0.9}));
  }
}
