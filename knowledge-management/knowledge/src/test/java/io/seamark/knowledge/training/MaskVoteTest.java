package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MaskVoteTest {
  private static final int NONE = ClassMap.IGNORE;
  private static final int WIDTH = 80;
  private static final int HEIGHT = 4;

  private final float[] second = new float[WIDTH * HEIGHT];
  private final byte[] masks = new byte[WIDTH * HEIGHT];

  /** Of two classes the second one's probability in some columns, and their mask. */
  private void columns(int from, int to, float probability, int mask) {
    for (int i = 0; i < second.length; i++) {
      if (i % WIDTH >= from && i % WIDTH < to) {
        second[i] = probability;
        masks[i] = (byte) mask;
      }
    }
  }

  private byte[] row() {
    float[] both = new float[2 * second.length];
    for (int i = 0; i < second.length; i++) {
      both[i] = 1 - second[i];
      both[second.length + i] = second[i];
    }
    ClassMap labels =
        MaskVote.labels(
            new ClassScores(2, WIDTH, HEIGHT, both), new ClassMap(WIDTH, HEIGHT, masks), 0.6);
    return Arrays.copyOf(labels.classes(), WIDTH);
  }

  private static void assertColumns(int expected, byte[] row, int from, int to) {
    for (int x = from; x < to; x++) {
      assertEquals(expected, row[x] & 0xFF, "column " + x);
    }
  }

  @Test
  @DisplayName("the mean of a mask labels it, also where a pixel is unsure or sure of another")
  void labels_followTheMean() {
    columns(0, 40, 0.1f, 0);
    columns(20, 30, 0.55f, 0);
    columns(40, 80, 0.9f, 1);
    columns(60, 70, 0.1f, 1);
    byte[] row = row();
    assertColumns(0, row, 0, 40);
    assertColumns(1, row, 40, 80);
  }

  @Test
  @DisplayName("a mask whose mean is unsure has no label, and without a mask each pixel is its own")
  void labels_leaveOutWhatIsUnsure() {
    columns(0, 20, 0.1f, 0);
    columns(20, 40, 0.9f, 0);
    columns(40, 60, 0.9f, NONE);
    columns(60, 80, 0.55f, NONE);
    byte[] row = row();
    assertColumns(NONE, row, 0, 40);
    assertColumns(1, row, 40, 60);
    assertColumns(NONE, row, 60, 80);
  }

  @Test
  @DisplayName("a pole that the model is sure of is not swallowed, an unsure one is")
  void labels_keepSureThinStructures() {
    columns(0, 80, 0.1f, 7);
    columns(10, 12, 0.9f, 7);
    columns(30, 32, 0.7f, 7);
    byte[] row = row();
    assertColumns(1, row, 10, 12);
    assertColumns(0, row, 12, 80);
  }
}
