package io.seamark.knowledge.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.TrainingSample;
import io.seamark.setting.FrameSize;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RandomViewTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;

  /** Red and depth grow to the right, green downwards; four classes in quarters. */
  private static TrainingSample sample() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    byte[] depth = new byte[WIDTH * HEIGHT];
    byte[] target = new byte[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int i = y * WIDTH + x;
        rgb[3 * i] = (byte) (6 * x);
        rgb[3 * i + 1] = (byte) (8 * y);
        depth[i] = (byte) (1 + x);
        target[i] = (byte) (2 * (2 * y / HEIGHT) + 2 * x / WIDTH);
      }
    }
    return new TrainingSample(
        new Frame(WIDTH, HEIGHT, rgb, depth), new ClassMap(WIDTH, HEIGHT, target));
  }

  @Test
  @DisplayName("the whole frame at its own scale is the frame")
  void identity() {
    TrainingSample sample = sample();
    TrainingSample seen =
        new RandomView(new FrameSize(WIDTH, HEIGHT), 1).apply(sample, new SplittableRandom(1));
    assertArrayEquals(sample.frame().rgb(), seen.frame().rgb());
    assertArrayEquals(sample.frame().depth(), seen.frame().depth());
    assertArrayEquals(sample.target().classes(), seen.target().classes());
  }

  @Test
  @DisplayName("colours, depth and classes of a view belong together")
  void belongsTogether() {
    TrainingSample sample = sample();
    SplittableRandom random = new SplittableRandom(2);
    RandomView view = new RandomView(new FrameSize(10, 8), 2.5);
    for (int n = 0; n < 50; n++) {
      TrainingSample seen = view.apply(sample, random);
      byte[] depth = Objects.requireNonNull(seen.frame().depth());
      for (int i = 0; i < depth.length; i++) {
        int x = (depth[i] & 0xFF) - 1;
        assertEquals(6 * x, seen.frame().rgb()[3 * i] & 0xFF, 4, "red is that of the column");
        assertEquals(x >= WIDTH / 2, (seen.target().classes()[i] & 1) == 1);
      }
    }
  }

  @Test
  @DisplayName("what is beyond a frame that is seen smaller belongs to no class")
  void beyond() {
    // The scale is drawn first: one draw that makes the frame half as large.
    RandomGenerator half = () -> 0;
    TrainingSample seen = new RandomView(new FrameSize(WIDTH, HEIGHT), 2).apply(sample(), half);
    int known = 0;
    for (byte target : seen.target().classes()) {
      known += (target & 0xFF) == ClassMap.IGNORE ? 0 : 1;
    }
    assertEquals(WIDTH * HEIGHT / 4, known);
  }
}
