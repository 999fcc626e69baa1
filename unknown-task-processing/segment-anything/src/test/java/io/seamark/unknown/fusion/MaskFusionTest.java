package io.seamark.unknown.fusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

  private static SegmentMask mask(int width, int height, int... pixels) {
    BitSet bits = new BitSet();
    for (int pixel : pixels) {
      bits.set(pixel);
    }
    return mask(width, height, bits);
  }

  private static SegmentMask mask(int width, int height, BitSet bits) {
    Box whole = new Box(0, 0, width, height);
    return new SegmentMask(width, height, bits, bits.cardinality(), whole, 1, 1, 0, 0, whole);
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
    for (MaskFusion fusion : List.of(SUM, VOTE)) {
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
    for (MaskFusion fusion : List.of(SUM, VOTE)) {
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
    assertArrayEquals(plain(scores, masks, false).classes(), VOTE.fuse(scores, masks).classes());
    assertArrayEquals(before, logits);
    assertNotSame(SUM.fuse(scores, masks).classes(), SUM.fuse(scores, masks).classes());
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
