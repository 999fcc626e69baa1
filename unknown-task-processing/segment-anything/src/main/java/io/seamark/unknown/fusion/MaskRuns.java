package io.seamark.unknown.fusion;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.SegmentMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * A mask as runs of pixels.
 *
 * @param bounds first pixel and pixel after the last of each run, ascending
 * @param quality predicted IoU times stability, 0 to 1
 */
@SuppressWarnings("ArrayRecordComponent")
record MaskRuns(int[] bounds, double quality) {
  /** Masks whose runs are counted, and bytes of their runs in a row of pixels: four runs each. */
  private static final long MASKS = 256;

  private static final long ROW = 32;

  /** What the runs of a frame's masks take, in bytes. */
  static long memory(int height) {
    return MASKS * ROW * height;
  }

  /** What is no number must not decide a class. */
  static void checkFinite(ClassScores scores) {
    float[] logits = scores.logits();
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        throw notFinite(i / (scores.width() * scores.height()));
      }
    }
  }

  static IllegalArgumentException notFinite(int of) {
    return new IllegalArgumentException(
        "the scores of class " + of + " are not all finite, but must be");
  }

  /** Masks that cover at least one pixel, largest first, in the given order where areas tie. */
  static List<MaskRuns> largestFirst(List<SegmentMask> masks, int width, int height) {
    List<SegmentMask> sorted = new ArrayList<>(masks);
    sorted.sort(Comparator.comparingInt(SegmentMask::area).reversed());
    List<MaskRuns> runs = new ArrayList<>(sorted.size());
    for (SegmentMask mask : sorted) {
      if (mask.width() != width || mask.height() != height) {
        throw new IllegalArgumentException(
            String.format(
                "a mask is %dx%d, but the scores are %dx%d: they must have one size",
                mask.width(), mask.height(), width, height));
      }
      if (!mask.pixels().isEmpty()) {
        runs.add(new MaskRuns(runs(mask.pixels()), quality(mask)));
      }
    }
    return runs;
  }

  private static int[] runs(BitSet pixels) {
    int[] bounds = new int[64];
    int n = 0;
    for (int from = pixels.nextSetBit(0); from >= 0; ) {
      int to = pixels.nextClearBit(from);
      if (n == bounds.length) {
        bounds = Arrays.copyOf(bounds, n * 2);
      }
      bounds[n++] = from;
      bounds[n++] = to;
      from = pixels.nextSetBit(to);
    }
    return Arrays.copyOf(bounds, n);
  }

  /** What is no number, and what is below 0, is no quality. */
  private static double quality(SegmentMask mask) {
    float iou = mask.predictedIou();
    float stability = mask.stabilityScore();
    return iou > 0 && stability > 0 ? Math.min(iou, 1.0) * Math.min(stability, 1.0) : 0;
  }

  /** Sum over the covered pixels of what a prefix sum adds up. */
  double sum(double[] before) {
    double sum = 0;
    for (int r = 0; r < bounds.length; r += 2) {
      sum += before[bounds[r + 1]] - before[bounds[r]];
    }
    return sum;
  }

  /** Writes a value to the covered pixels. */
  void fill(int[] pixels, int value) {
    for (int r = 0; r < bounds.length; r += 2) {
      Arrays.fill(pixels, bounds[r], bounds[r + 1], value);
    }
  }

  /** Paints masks over a map of classes, in order. */
  static ClassMap paint(ClassMap start, List<MaskRuns> masks, int[] labels) {
    byte[] out = start.classes().clone();
    for (int m = 0; m < labels.length; m++) {
      int[] bounds = masks.get(m).bounds;
      for (int r = 0; r < bounds.length; r += 2) {
        Arrays.fill(out, bounds[r], bounds[r + 1], (byte) labels[m]);
      }
    }
    return new ClassMap(start.width(), start.height(), out);
  }
}
