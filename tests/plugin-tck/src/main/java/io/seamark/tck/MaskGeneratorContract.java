package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every mask generator keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class MaskGeneratorContract<H extends Record>
    extends PluginContract<MaskGenerator, H> {
  /** For subclasses. */
  protected MaskGeneratorContract() {}

  /**
   * A frame that the generator is good at.
   *
   * @return any size, with depth or without
   */
  protected Frame frame() {
    return Scenes.frame(1, 48, 32, true);
  }

  @Test
  @DisplayName("masks have the frame's size, and area and box are those of their pixels")
  final void masksAreConsistent() throws IOException {
    MaskGenerator generator = create(SEED);
    sound(generator, frame());
  }

  @Test
  @DisplayName("frames of one pixel and of odd sizes are taken")
  final void oddSizes() throws IOException {
    MaskGenerator generator = create(SEED);
    for (int[] size : Scenes.SIZES) {
      sound(generator, Scenes.frame(2, size[0], size[1], false));
    }
  }

  @Test
  @DisplayName("a frame of one colour is taken")
  final void oneColour() throws IOException {
    sound(create(SEED), new Frame(24, 16, new byte[3 * 24 * 16], null));
  }

  @Test
  @DisplayName("the same frame gives the same masks, with depth or without")
  final void deterministic() throws IOException {
    Frame frame = frame();
    MaskGenerator generator = create(SEED);
    List<SegmentMask> first = generator.generate(frame).masks();
    generator.generate(Scenes.frame(3, 24, 16, false));
    assertEquals(first, generator.generate(frame).masks());
    assertEquals(
        first,
        generator.generate(new Frame(frame.width(), frame.height(), frame.rgb(), null)).masks());
  }

  @Test
  @DisplayName("scores of any resolution are taken, give the same masks twice and are not changed")
  final void takesScores() throws IOException {
    MaskGenerator generator = create(SEED);
    Frame frame = frame();
    for (int[] size : new int[][] {{1, 1}, {5, 3}, {frame.width(), frame.height()}}) {
      ClassScores scores = Scenes.scores(3, 4, size[0], size[1]);
      float[] logits = scores.logits().clone();
      List<SegmentMask> first = generator.generate(frame, scores).masks();
      first.forEach(mask -> assertEquals(frame.width(), mask.width()));
      assertEquals(first, generator.generate(frame, scores).masks());
      assertArrayEquals(logits, scores.logits());
    }
  }

  @Test
  @DisplayName("the frame is not changed")
  final void inputIsLeftAlone() throws IOException {
    Frame frame = frame();
    byte[] rgb = frame.rgb().clone();
    create(SEED).generate(frame);
    assertArrayEquals(rgb, frame.rgb());
  }

  @Test
  @DisplayName("several threads get the masks that one gets")
  final void severalThreads() throws Exception {
    MaskGenerator shared = create(SEED);
    List<Callable<List<SegmentMask>>> tasks = new ArrayList<>();
    List<List<SegmentMask>> expected = new ArrayList<>();
    for (int i = 0; i < 2 * Scenes.THREADS; i++) {
      Frame frame = Scenes.frame(i % 3, 24, 16, false);
      expected.add(shared.generate(frame).masks());
      tasks.add(() -> shared.generate(frame).masks());
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  @Test
  @DisplayName("it can be closed twice after work")
  final void closesAfterWork() throws IOException {
    MaskGenerator generator = create(SEED);
    generator.generate(frame());
    generator.close();
    assertDoesNotThrow(generator::close);
  }

  private static void sound(MaskGenerator generator, Frame frame) {
    MaskGenerator.Generated generated = generator.generate(frame);
    for (SegmentMask mask : generated.masks()) {
      assertEquals(frame.width(), mask.width());
      assertEquals(frame.height(), mask.height());
      assertEquals(mask.pixels().cardinality(), mask.area(), "area");
      assertTrue(Float.isFinite(mask.predictedIou()), "predicted IoU " + mask.predictedIou());
      float stability = mask.stabilityScore();
      assertTrue(stability >= 0 && stability <= 1, "stability score " + stability);
      SegmentMask.Box box = mask.box();
      int left = frame.width();
      int right = -1;
      int top = frame.height();
      int bottom = -1;
      for (int i = mask.pixels().nextSetBit(0); i >= 0; i = mask.pixels().nextSetBit(i + 1)) {
        left = Math.min(left, i % frame.width());
        right = Math.max(right, i % frame.width());
        top = Math.min(top, i / frame.width());
        bottom = Math.max(bottom, i / frame.width());
      }
      if (mask.area() > 0) {
        assertEquals(List.of(left, top), List.of(box.x(), box.y()), "corner of the box");
        int wide = right - left + 1;
        int high = bottom - top + 1;
        // SAM's own boxes end at the last pixel, COCO's after it.
        assertTrue(
            (box.width() == wide || box.width() == wide - 1)
                && (box.height() == high || box.height() == high - 1),
            box + " around " + wide + "x" + high + " pixels");
      }
    }
    generated
        .seconds()
        .forEach((stage, time) -> assertTrue(time >= 0 && Double.isFinite(time), stage + time));
  }
}
