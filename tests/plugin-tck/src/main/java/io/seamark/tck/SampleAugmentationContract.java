package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.plugin.SampleAugmentation;
import io.seamark.plugin.TrainingSample;
import java.io.IOException;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every sample augmentation keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class SampleAugmentationContract<H extends Record>
    extends PluginContract<SampleAugmentation, H> {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;
  private static final int CLASSES = 4;
  private static final int VARIANTS = 30;

  /** For subclasses. */
  protected SampleAugmentationContract() {}

  @Test
  @DisplayName("the size stays, and depth where the labelled frame has it")
  final void sizeAndDepth() throws IOException {
    SampleAugmentation augmentation = create(SEED);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < VARIANTS; i++) {
      for (boolean depth : new boolean[] {true, false}) {
        Frame made =
            augmentation
                .augment(sample(i, 0, 256, depth), sample(-i, 0, 90, depth), random)
                .frame();
        assertEquals(WIDTH, made.width());
        assertEquals(HEIGHT, made.height());
        if (depth) {
          assertNotNull(made.depth());
        } else {
          assertNull(made.depth());
        }
      }
    }
  }

  @Test
  @DisplayName("every target is one that either sample has somewhere, or none")
  final void targetsAreKnown() throws IOException {
    SampleAugmentation augmentation = create(SEED);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < VARIANTS; i++) {
      for (byte target :
          augmentation
              .augment(sample(i, 0, 256, false), sample(-i, 0, 90, false), random)
              .target()
              .classes()) {
        int value = target & 0xFF;
        assertTrue(value < CLASSES || value == ClassMap.IGNORE, "target " + value);
      }
    }
  }

  @Test
  @DisplayName("neither sample is changed")
  final void inputsStay() throws IOException {
    SampleAugmentation augmentation = create(SEED);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < VARIANTS; i++) {
      TrainingSample labelled = sample(i, 0, 256, true);
      TrainingSample stream = sample(-i, 0, 90, true);
      augmentation.augment(labelled, stream, random);
      assertSame(sample(i, 0, 256, true), labelled);
      assertSame(sample(-i, 0, 90, true), stream);
    }
  }

  @Test
  @DisplayName("equal states of the random generator give equal variants")
  final void deterministic() throws IOException {
    for (int i = 0; i < VARIANTS; i++) {
      TrainingSample labelled = sample(i, 0, 256, true);
      TrainingSample stream = sample(-i, 0, 90, true);
      assertSame(
          create(SEED).augment(labelled, stream, new SplittableRandom(i)),
          create(SEED).augment(labelled, stream, new SplittableRandom(i)));
    }
  }

  @Test
  @DisplayName("frames of one colour, black and white ones, are taken")
  final void flatFrames() throws IOException {
    SampleAugmentation augmentation = create(SEED);
    SplittableRandom random = new SplittableRandom(4);
    int[][] ranges = {{0, 1}, {255, 256}, {100, 101}, {0, 256}};
    for (int[] of : ranges) {
      for (int[] like : ranges) {
        for (int i = 0; i < 8; i++) {
          TrainingSample made =
              augmentation.augment(
                  sample(1, of[0], of[1], false), sample(2, like[0], like[1], false), random);
          assertEquals(3 * WIDTH * HEIGHT, made.frame().rgb().length);
        }
      }
    }
  }

  private static void assertSame(TrainingSample expected, TrainingSample found) {
    assertArrayEquals(expected.frame().rgb(), found.frame().rgb());
    assertArrayEquals(expected.frame().depth(), found.frame().depth());
    assertArrayEquals(expected.target().classes(), found.target().classes());
  }

  /** Random colours within a range, random classes, some of them unknown. */
  private static TrainingSample sample(int seed, int low, int high, boolean depth) {
    Random random = new Random(seed);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (low + random.nextInt(high - low));
    }
    byte[] far = new byte[WIDTH * HEIGHT];
    byte[] target = new byte[WIDTH * HEIGHT];
    random.nextBytes(far);
    for (int i = 0; i < target.length; i++) {
      int drawn = random.nextInt(CLASSES + 1);
      target[i] = (byte) (drawn == CLASSES ? ClassMap.IGNORE : drawn);
    }
    return new TrainingSample(
        new Frame(WIDTH, HEIGHT, rgb, depth ? far : null), new ClassMap(WIDTH, HEIGHT, target));
  }
}
