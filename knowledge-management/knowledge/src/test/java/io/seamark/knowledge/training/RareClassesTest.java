package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RareClassesTest {
  private static final int SIDE = 20;

  /** Frame 0 is a tenth of class 1, frame 9 cannot be read, all else is class 0. */
  private static final LabelledFrames FRAMES =
      new LabelledFrames() {
        @Override
        public int size() {
          return 10;
        }

        @Override
        public LabelledFrame read(int index) throws IOException {
          if (index == 9) {
            throw new IOException("damaged");
          }
          byte[] classes = new byte[SIDE * SIDE];
          for (int i = 0; index == 0 && i < classes.length / 10; i++) {
            classes[i] = 1;
          }
          return new LabelledFrame(
              new Frame(SIDE, SIDE, new byte[3 * SIDE * SIDE], null),
              new ClassMap(SIDE, SIDE, classes));
        }

        @Override
        public String source() {
          return "test";
        }
      };

  @Test
  @DisplayName("the lower the temperature, the oftener a frame with the rare class")
  void temperature() {
    assertEquals(0.5, shareOfFirst(100), 0.1);
    assertTrue(shareOfFirst(0.1) > 0.95, "it is drawn for nearly every class");
  }

  private static double shareOfFirst(double temperature) {
    RareClasses drawn = RareClasses.of(FRAMES, 3, temperature);
    assertTrue(drawn.draws());
    SplittableRandom random = new SplittableRandom(1);
    int first = 0;
    for (int i = 0; i < 1000; i++) {
      int index = drawn.next(random);
      assertTrue(index >= 0 && index < 9, "drawn: " + index);
      first += index == 0 ? 1 : 0;
    }
    return first / 1000.0;
  }

  @Test
  @DisplayName("frames without any class draw nothing")
  void nothing() {
    assertFalse(RareClasses.of(LabelledFrames.NONE, 3, 0.1).draws());
  }
}
