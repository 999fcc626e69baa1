package io.seamark.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.MaskFusion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every mask fusion keeps.
 *
 * @param <H> the provider's hyperparameters
 */
public abstract class MaskFusionContract<H extends Record> extends PluginContract<MaskFusion, H> {
  /** For subclasses. */
  protected MaskFusionContract() {}

  @Test
  @DisplayName("every pixel gets a class of the model or stays undecided, at the scores' size")
  final void everyPixelIsAnswered() throws IOException {
    MaskFusion fusion = create(SEED);
    for (int[] size : Scenes.SIZES) {
      for (int classes : new int[] {1, 2, 11}) {
        answered(fusion, classes, size[0], size[1], 6);
      }
    }
  }

  @Test
  @DisplayName("255 classes fit")
  final void manyClasses() throws IOException {
    answered(create(SEED), 255, 7, 5, 6);
  }

  @Test
  @DisplayName("without masks the edge model's classes stand")
  final void withoutMasks() throws IOException {
    ClassScores scores = Scenes.scores(1, 5, 16, 12);
    assertEquals(
        Scenes.content(scores.argmax()), Scenes.content(create(SEED).fuse(scores, List.of())));
  }

  @Test
  @DisplayName("pixels that no mask covers keep the edge model's class")
  final void uncoveredPixelsAreKept() throws IOException {
    MaskFusion fusion = create(SEED);
    for (int seed = 0; seed < 20; seed++) {
      ClassScores scores = Scenes.scores(seed, 5, 17, 13);
      List<SegmentMask> masks = Scenes.masks(seed, seed % 4, 17, 13);
      BitSet covered = new BitSet();
      masks.forEach(mask -> covered.or(mask.pixels()));
      ClassMap before = scores.argmax();
      ClassMap after = fusion.fuse(scores, masks);
      for (int i = covered.nextClearBit(0); i < 17 * 13; i = covered.nextClearBit(i + 1)) {
        assertEquals(before.classes()[i], after.classes()[i], "pixel " + i + " under no mask");
      }
    }
  }

  @Test
  @DisplayName("where masks and scores agree every pixel has their class")
  final void agreement() throws IOException {
    float[] logits = new float[3 * 8 * 6];
    List<SegmentMask> masks = new ArrayList<>();
    byte[] truth = new byte[8 * 6];
    for (int c = 0; c < 2; c++) {
      masks.add(Scenes.rectangle(4 * c, 0, 4, 6, 8, 6));
      for (int i = 0; i < 48; i++) {
        if (i % 8 / 4 == c) {
          logits[(c + 1) * 48 + i] = 20;
          truth[i] = (byte) (c + 1);
        }
      }
    }
    ClassMap fused = create(SEED).fuse(new ClassScores(3, 8, 6, logits), masks);
    assertArrayEquals(truth, fused.classes());
  }

  @Test
  @DisplayName("an empty mask changes nothing")
  final void emptyMask() throws IOException {
    ClassScores scores = Scenes.scores(2, 5, 16, 12);
    List<SegmentMask> masks = new ArrayList<>(Scenes.masks(2, 5, 16, 12));
    List<?> without = Scenes.content(create(SEED).fuse(scores, List.copyOf(masks)));
    masks.add(2, Scenes.rectangle(0, 0, 0, 0, 16, 12));
    assertEquals(without, Scenes.content(create(SEED).fuse(scores, List.copyOf(masks))));
  }

  @Test
  @DisplayName("one mask over everything is answered")
  final void wholeImage() throws IOException {
    ClassScores scores = Scenes.scores(2, 5, 16, 12);
    ClassMap fused = create(SEED).fuse(scores, List.of(Scenes.rectangle(0, 0, 16, 12, 16, 12)));
    assertEquals("", Scenes.undecidedOrClass(fused, 5));
  }

  @Test
  @DisplayName("scores that are not finite are refused")
  final void notFiniteIsRefused() throws IOException {
    MaskFusion fusion = create(SEED);
    ClassScores scores = Scenes.scores(3, 5, 16, 12);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int index : new int[] {0, scores.logits().length - 1}) {
        ClassScores broken = Scenes.with(scores, index, value);
        for (int masks : new int[] {0, 5}) {
          assertThrows(
              IllegalArgumentException.class,
              () -> fusion.fuse(broken, Scenes.masks(3, masks, 16, 12)),
              value + " at " + index + " with " + masks + " masks");
        }
      }
    }
  }

  @Test
  @DisplayName("a mask of another size than the scores is refused")
  final void otherSizeIsRefused() throws IOException {
    MaskFusion fusion = create(SEED);
    ClassScores scores = Scenes.scores(3, 5, 16, 12);
    assertThrows(
        IllegalArgumentException.class, () -> fusion.fuse(scores, Scenes.masks(3, 2, 12, 16)));
  }

  @Test
  @DisplayName("the same scores and masks give the same answer")
  final void deterministic() throws IOException {
    ClassScores scores = Scenes.scores(4, 5, 16, 12);
    List<SegmentMask> masks = Scenes.masks(4, 9, 16, 12);
    MaskFusion fusion = create(SEED);
    List<?> first = Scenes.content(fusion.fuse(scores, masks));
    fusion.fuse(Scenes.scores(5, 3, 7, 5), Scenes.masks(5, 4, 7, 5));
    assertEquals(first, Scenes.content(fusion.fuse(scores, masks)));
    assertEquals(first, Scenes.content(create(SEED).fuse(scores, masks)));
  }

  @Test
  @DisplayName("scores and masks are not changed")
  final void inputIsLeftAlone() throws IOException {
    ClassScores scores = Scenes.scores(6, 5, 16, 12);
    List<SegmentMask> masks = List.copyOf(Scenes.masks(6, 9, 16, 12));
    float[] logits = scores.logits().clone();
    List<BitSet> pixels = masks.stream().map(m -> (BitSet) m.pixels().clone()).toList();
    create(SEED).fuse(scores, masks);
    assertArrayEquals(logits, scores.logits());
    assertEquals(pixels, masks.stream().map(SegmentMask::pixels).toList());
  }

  @Test
  @DisplayName("an answer stays as it was when the next is made")
  final void answersAreApart() throws IOException {
    MaskFusion fusion = create(SEED);
    ClassMap first = fusion.fuse(Scenes.scores(7, 5, 16, 12), Scenes.masks(7, 5, 16, 12));
    List<?> then = Scenes.content(first);
    fusion.fuse(Scenes.scores(8, 5, 16, 12), Scenes.masks(8, 5, 16, 12));
    assertEquals(then, Scenes.content(first));
  }

  @Test
  @DisplayName("several threads get the answers that one gets")
  final void severalThreads() throws Exception {
    MaskFusion shared = create(SEED);
    List<Callable<List<?>>> tasks = new ArrayList<>();
    List<List<?>> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ClassScores scores = Scenes.scores(i % 7, 5, 24, 16);
      List<SegmentMask> masks = Scenes.masks(i % 7, 6, 24, 16);
      tasks.add(() -> Scenes.content(shared.fuse(scores, masks)));
      expected.add(Scenes.content(create(SEED).fuse(scores, masks)));
    }
    assertEquals(expected, Scenes.together(tasks));
  }

  private static void answered(MaskFusion fusion, int classes, int width, int height, int count) {
    ClassScores scores = Scenes.scores(count, classes, width, height);
    ClassMap fused = fusion.fuse(scores, Scenes.masks(count, count, width, height));
    assertEquals(List.of(width, height), Arrays.asList(fused.width(), fused.height()));
    assertEquals("", Scenes.undecidedOrClass(fused, classes));
  }
}
