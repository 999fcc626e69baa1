package io.seamark.unknown.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskFusion;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskFusionTest {
  private static final MaskFusion SUM = new ScoreSum();
  private static final MaskFusion VOTE = new MajorityVote();
  private static final MaskFusion QUALITY = new QualitySum(50, 1);
  private static final byte UNDECIDED = (byte) ClassMap.IGNORE;

  private static SegmentMask mask(int width, int height, int... pixels) {
    BitSet bits = new BitSet();
    for (int pixel : pixels) {
      bits.set(pixel);
    }
    return mask(width, height, bits);
  }

  private static SegmentMask mask(int width, int height, BitSet bits) {
    return mask(width, height, bits, 1, 1);
  }

  private static SegmentMask mask(int width, int height, BitSet bits, float iou, float stability) {
    Box whole = new Box(0, 0, width, height);
    int area = bits.cardinality();
    return new SegmentMask(width, height, bits, area, whole, iou, stability, 0, 0, whole);
  }

  private static SegmentMask rectangle(
      int width, int height, int x, int y, int w, int h, float iou, float stability) {
    BitSet bits = new BitSet();
    for (int row = y; row < y + h; row++) {
      bits.set(row * width + x, row * width + x + w);
    }
    return mask(width, height, bits, iou, stability);
  }

  /** Class 0 at logit 2 everywhere, class 1 at the given logit in a rectangle. */
  private static ClassScores patch(
      int width, int height, int x, int y, int w, int h, float inside) {
    float[] logits = new float[2 * width * height];
    java.util.Arrays.fill(logits, 0, width * height, 2);
    for (int row = y; row < y + h; row++) {
      for (int i = row * width + x; i < row * width + x + w; i++) {
        logits[width * height + i] = inside;
      }
    }
    return new ClassScores(2, width, height, logits);
  }

  private static int count(ClassMap map, int value) {
    int n = 0;
    for (byte c : map.classes()) {
      n += (c & 0xFF) == value ? 1 : 0;
    }
    return n;
  }

  /** Two classes on one row: class 1 leads by the given amounts. */
  private static ClassScores lead(float... lead) {
    float[] logits = new float[2 * lead.length];
    System.arraycopy(lead, 0, logits, lead.length, lead.length);
    return new ClassScores(2, lead.length, 1, logits);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void scoreSum_oneSurePixelOutweighsThreeUnsureOnes_majorityDoesNot() {
    ClassScores scores = lead(9, -1, -1, -1, 5);
    SegmentMask first4 = mask(5, 1, 0, 1, 2, 3);
    assertArrayEquals(bytes(1, 1, 1, 1, 1), SUM.fuse(scores, List.of(first4)).classes());
    assertArrayEquals(bytes(0, 0, 0, 0, 1), VOTE.fuse(scores, List.of(first4)).classes());
  }

  @Test
  void uncoveredPixelsKeepTheEdgeModelsClass() {
    ClassScores scores = lead(1, -1, 1, -1);
    assertArrayEquals(bytes(1, 0, 1, 0), SUM.fuse(scores, List.of()).classes());
    assertArrayEquals(bytes(1, 0, 1, 0), VOTE.fuse(scores, List.of()).classes());
    SegmentMask none = mask(4, 1);
    assertArrayEquals(bytes(1, 0, 1, 0), SUM.fuse(scores, List.of(none)).classes());
    assertArrayEquals(bytes(1, 0, 1, 0), VOTE.fuse(scores, List.of(none)).classes());
  }

  @Test
  void tie_lowestClass() {
    ClassScores scores = lead(2, -2);
    SegmentMask both = mask(2, 1, 0, 1);
    assertArrayEquals(bytes(0, 0), SUM.fuse(scores, List.of(both)).classes());
    assertArrayEquals(bytes(0, 0), VOTE.fuse(scores, List.of(both)).classes());
  }

  @Test
  void smallerMaskOverwritesLarger_andVotesOnWhatTheEdgeModelSaid() {
    // The large mask turns pixel 0 to class 1; the small one still votes on class 0 there.
    ClassScores scores = lead(-1, 3, 3, 3);
    SegmentMask large = mask(4, 1, 0, 1, 2, 3);
    SegmentMask small = mask(4, 1, 0);
    for (MaskFusion fusion : List.of(SUM, VOTE, QUALITY)) {
      assertArrayEquals(bytes(0, 1, 1, 1), fusion.fuse(scores, List.of(small, large)).classes());
      assertArrayEquals(bytes(0, 1, 1, 1), fusion.fuse(scores, List.of(large, small)).classes());
      assertArrayEquals(bytes(1, 1, 1, 1), fusion.fuse(scores, List.of(large)).classes());
    }
  }

  @Test
  void masksOfOneArea_laterOverwritesEarlier() {
    ClassScores scores = lead(5, 1, -5);
    SegmentMask left = mask(3, 1, 0, 1);
    SegmentMask right = mask(3, 1, 1, 2);
    assertArrayEquals(bytes(1, 0, 0), SUM.fuse(scores, List.of(left, right)).classes());
    assertArrayEquals(bytes(1, 1, 0), SUM.fuse(scores, List.of(right, left)).classes());
  }

  @Test
  void maskOfAnotherSize_isRefused() {
    ClassScores scores = lead(1, 2, 3);
    SegmentMask wide = mask(4, 1, 0);
    for (MaskFusion fusion : List.of(SUM, VOTE, QUALITY)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> fusion.fuse(scores, List.of(wide)));
      assertEquals(
          "a mask is 4x1, but the scores are 3x1: they must have one size", e.getMessage());
    }
  }

  @Test
  void scoresThatAreNotFinite_areRefused() {
    SegmentMask one = mask(3, 1, 0);
    assertThrows(
        IllegalArgumentException.class, () -> SUM.fuse(lead(1, Float.NaN, 1), List.of(one)));
    assertThrows(
        IllegalArgumentException.class,
        () -> SUM.fuse(lead(1, Float.POSITIVE_INFINITY, 1), List.of(one)));
  }

  @Test
  void quality_unsureThinStructure_isUndecided_andThickIsTaken() {
    // Trust 0.8 * 1, so structures up to 50 * 0.2 = 10 pixels are in dispute.
    SegmentMask all = rectangle(60, 40, 0, 0, 60, 40, 0.8f, 1);
    ClassMap pole = QUALITY.fuse(patch(60, 40, 20, 5, 3, 30, 3), List.of(all));
    assertEquals(90, count(pole, ClassMap.IGNORE));
    assertEquals(0, count(pole, 1));
    assertEquals(UNDECIDED, pole.classes()[5 * 60 + 20]);
    assertEquals(0, pole.at(19, 5));
    ClassMap edge = patch(60, 40, 20, 5, 3, 30, 3).argmax();
    assertArrayEquals(edge.classes(), pole.orElse(edge).classes());
    ClassMap thick = QUALITY.fuse(patch(60, 40, 20, 5, 11, 11, 3), List.of(all));
    assertEquals(60 * 40, count(thick, 0));
    ClassMap lying = QUALITY.fuse(patch(60, 40, 5, 5, 30, 9, 3), List.of(all));
    assertEquals(270, count(lying, ClassMap.IGNORE));
    assertEquals(
        60 * 40, count(new QualitySum(0, 1).fuse(patch(60, 40, 20, 5, 3, 30, 3), List.of(all)), 0));
  }

  @Test
  void quality_surerThanTheMask_keepsItsClass() {
    // Softmax of a lead of 2 is 0.881, of a lead of 1.3 it is 0.786.
    SegmentMask all = rectangle(60, 40, 0, 0, 60, 40, 0.8f, 1);
    assertEquals(440, count(QUALITY.fuse(patch(60, 40, 20, 5, 20, 22, 4), List.of(all)), 1));
    assertEquals(0, count(QUALITY.fuse(patch(60, 40, 20, 5, 20, 22, 3.3f), List.of(all)), 1));
    SegmentMask good = rectangle(60, 40, 0, 0, 60, 40, 0.95f, 0.95f);
    assertEquals(0, count(QUALITY.fuse(patch(60, 40, 20, 5, 20, 22, 4), List.of(good)), 1));
  }

  @Test
  void quality_doubtIsAPowerOfTheQuality() {
    // 0.95 squared is 0.9025, its fourth power 0.815; the softmax of a lead of 2 is 0.881.
    ClassScores scores = patch(60, 40, 20, 5, 20, 22, 4);
    List<SegmentMask> all = List.of(rectangle(60, 40, 0, 0, 60, 40, 0.95f, 1));
    assertEquals(0, count(new QualitySum(15, 2).fuse(scores, all), 1));
    assertEquals(440, count(new QualitySum(15, 4).fuse(scores, all), 1));
    assertArrayEquals(
        SUM.fuse(scores, all).classes(), new QualitySum(15, 0).fuse(scores, all).classes());
  }

  @Test
  void quality_innermostMaskDecides() {
    SegmentMask outer = rectangle(60, 40, 0, 0, 60, 40, 1, 1);
    SegmentMask inner = rectangle(60, 40, 20, 5, 3, 30, 0.7f, 0.9f);
    ClassScores scores = patch(60, 40, 20, 5, 3, 30, 3);
    assertEquals(0, count(QUALITY.fuse(scores, List.of(outer)), 1));
    for (List<SegmentMask> order : List.of(List.of(outer, inner), List.of(inner, outer))) {
      ClassMap fused = QUALITY.fuse(scores, order);
      assertEquals(90, count(fused, 1));
      assertEquals(60 * 40 - 90, count(fused, 0));
    }
  }

  @Test
  void quality_masksOfOneArea_laterOverwritesEarlier() {
    ClassScores scores = lead(5, 1, -5);
    SegmentMask left = mask(3, 1, 0, 1);
    SegmentMask right = mask(3, 1, 1, 2);
    assertArrayEquals(bytes(1, 0, 0), QUALITY.fuse(scores, List.of(left, right)).classes());
    assertArrayEquals(bytes(1, 1, 0), QUALITY.fuse(scores, List.of(right, left)).classes());
  }

  @Test
  void quality_maskWithoutQuality_changesNothing() {
    ClassScores scores = patch(60, 40, 20, 5, 20, 22, 3);
    for (float iou : new float[] {0, -0.5f, Float.NaN}) {
      SegmentMask all = rectangle(60, 40, 0, 0, 60, 40, iou, 1);
      assertArrayEquals(
          scores.argmax().classes(), QUALITY.fuse(scores, List.of(all)).classes(), "IoU " + iou);
    }
    // Networks predict a little more than 1 at times.
    SegmentMask over = rectangle(60, 40, 0, 0, 60, 40, 1.02f, 1);
    assertEquals(60 * 40, count(QUALITY.fuse(scores, List.of(over)), 0));
  }

  @Test
  void quality_notFinite_isRefused() {
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> QUALITY.fuse(lead(1, value, 1), List.of(mask(3, 1, 0))));
    }
  }

  @Test
  void quality_extremeLogits_areSure() {
    ClassScores scores = lead(3e38f, -3e38f, 3e38f);
    SegmentMask all = mask(3, 1, bits(3), 0.9f, 0.9f);
    assertArrayEquals(bytes(1, 0, 1), QUALITY.fuse(scores, List.of(all)).classes());
  }

  private static BitSet bits(int count) {
    BitSet bits = new BitSet();
    bits.set(0, count);
    return bits;
  }

  @Test
  void onePixelOneClass() {
    ClassScores scores = new ClassScores(1, 1, 1, new float[] {-3});
    SegmentMask one = mask(1, 1, 0);
    assertArrayEquals(bytes(0), SUM.fuse(scores, List.of(one)).classes());
    assertArrayEquals(bytes(0), VOTE.fuse(scores, List.of(one)).classes());
  }

  @Test
  void agreesWithThePlainDefinition_onRandomMasks() {
    Random random = new Random(7);
    int width = 37;
    int height = 23;
    int classes = 5;
    float[] logits = new float[classes * width * height];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    ClassScores scores = new ClassScores(classes, width, height, logits);
    float[] before = logits.clone();
    List<SegmentMask> masks = new ArrayList<>();
    for (int m = 0; m < 30; m++) {
      BitSet bits = new BitSet();
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int reach = 1 + random.nextInt(12);
      for (int i = 0; i < width * height; i++) {
        if (Math.abs(i % width - x) + Math.abs(i / width - y) < reach) {
          bits.set(i);
        }
      }
      masks.add(mask(width, height, bits));
    }
    assertArrayEquals(plain(scores, masks, true).classes(), SUM.fuse(scores, masks).classes());
    // Masks of quality 1 are trusted like score_sum's.
    assertArrayEquals(plain(scores, masks, true).classes(), QUALITY.fuse(scores, masks).classes());
    List<SegmentMask> unsure = new ArrayList<>();
    for (SegmentMask mask : masks) {
      unsure.add(
          mask(width, height, mask.pixels(), random.nextFloat(), 0.8f + 0.2f * random.nextFloat()));
    }
    ClassMap expected = plainQuality(scores, unsure, 5);
    assertArrayEquals(expected.classes(), new QualitySum(5, 1).fuse(scores, unsure).classes());
    assertTrue(count(expected, ClassMap.IGNORE) > 0);
    assertArrayEquals(plain(scores, masks, false).classes(), VOTE.fuse(scores, masks).classes());
    assertArrayEquals(before, logits);
    assertNotSame(SUM.fuse(scores, masks).classes(), SUM.fuse(scores, masks).classes());
  }

  /** The definition, pixel by pixel. */
  private static ClassMap plainQuality(ClassScores scores, List<SegmentMask> masks, double thin) {
    ClassMap edge = scores.argmax();
    int width = scores.width();
    int plane = width * scores.height();
    float[] probabilities = scores.probabilities();
    byte[] out = edge.classes().clone();
    List<SegmentMask> sorted = new ArrayList<>(masks);
    sorted.sort(Comparator.comparingInt(m -> -m.area()));
    for (SegmentMask mask : sorted) {
      double trust = (double) mask.predictedIou() * mask.stabilityScore();
      int label = 0;
      double best = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < scores.classes(); c++) {
        double sum = 0;
        for (int i = 0; i < plane; i++) {
          sum += mask.pixels().get(i) ? scores.logits()[c * plane + i] : 0;
        }
        label = sum > best ? c : label;
        best = Math.max(best, sum);
      }
      for (int i = 0; i < plane; i++) {
        if (mask.pixels().get(i)) {
          int own = edge.classes()[i];
          int thickness = Math.min(run(edge, i, 1, i % width), run(edge, i, width, i / width));
          boolean keeps = own == label || probabilities[own * plane + i] > trust;
          out[i] = keeps ? (byte) own : thickness <= thin * (1 - trust) ? UNDECIDED : (byte) label;
        }
      }
    }
    return new ClassMap(width, scores.height(), out);
  }

  /** Pixels of one class before, at and after a pixel, along a row or a column. */
  private static int run(ClassMap map, int at, int step, int place) {
    int length = step == 1 ? map.width() : map.height();
    int from = place;
    int to = place + 1;
    byte[] classes = map.classes();
    while (from > 0 && classes[at + (from - 1 - place) * step] == classes[at]) {
      from--;
    }
    while (to < length && classes[at + (to - place) * step] == classes[at]) {
      to++;
    }
    return to - from;
  }

  private static ClassMap plain(ClassScores scores, List<SegmentMask> masks, boolean sums) {
    int plane = scores.width() * scores.height();
    ClassMap edge = scores.argmax();
    byte[] out = edge.classes().clone();
    List<SegmentMask> sorted = new ArrayList<>(masks);
    sorted.sort(Comparator.comparingInt(m -> -m.area()));
    for (SegmentMask mask : sorted) {
      double[] votes = new double[scores.classes()];
      for (int i = 0; i < plane; i++) {
        for (int c = 0; c < votes.length && mask.pixels().get(i); c++) {
          votes[c] += sums ? scores.logits()[c * plane + i] : edge.classes()[i] == c ? 1 : 0;
        }
      }
      int best = 0;
      for (int c = 1; c < votes.length; c++) {
        best = votes[c] > votes[best] ? c : best;
      }
      for (int i = 0; i < plane; i++) {
        out[i] = mask.pixels().get(i) ? (byte) best : out[i];
      }
    }
    return new ClassMap(scores.width(), scores.height(), out);
  }
}
