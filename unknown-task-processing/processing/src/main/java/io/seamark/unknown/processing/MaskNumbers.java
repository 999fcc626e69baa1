package io.seamark.unknown.processing;

import io.seamark.perception.ClassMap;
import io.seamark.perception.SegmentMask;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Masks as one byte a pixel. Where masks overlap the smaller one has the pixel: it is the finer
 * answer, a person before a wall or a window in it, and the larger one keeps what is around it.
 */
final class MaskNumbers {
  /** Of more masks, those that the segmenter believes in least are left out. */
  static final int MOST = 254;

  private MaskNumbers() {}

  /**
   * Numbers masks.
   *
   * @param masks in any order, of one size
   * @return at each pixel the number of its mask, from 0 for the largest, or {@link
   *     ClassMap#IGNORE} for none; null if there are no masks
   */
  static @Nullable ClassMap of(List<SegmentMask> masks) {
    if (masks.isEmpty()) {
      return null;
    }
    int width = masks.get(0).width();
    int height = masks.get(0).height();
    byte[] numbers = new byte[width * height];
    Arrays.fill(numbers, (byte) ClassMap.IGNORE);
    List<SegmentMask> best =
        masks.stream()
            .sorted(Comparator.comparingDouble(SegmentMask::predictedIou).reversed())
            .limit(MOST)
            .sorted(Comparator.comparingInt(SegmentMask::area).reversed())
            .toList();
    for (int m = 0; m < best.size(); m++) {
      BitSet pixels = best.get(m).pixels();
      for (int from = pixels.nextSetBit(0); from >= 0; ) {
        int to = pixels.nextClearBit(from);
        Arrays.fill(numbers, from, to, (byte) m);
        from = pixels.nextSetBit(to);
      }
    }
    return new ClassMap(width, height, numbers);
  }
}
