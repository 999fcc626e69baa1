package io.seamark.unknown.segment;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Greedy non-maximum suppression of boxes as torchvision computes it: in float32, boxes between the
 * indices of first and last pixel, and a box goes only if its overlap is above the threshold.
 */
final class BoxSuppression {
  private BoxSuppression() {}

  /**
   * Chooses boxes.
   *
   * @param bounds left, top, right and bottom pixel of each box
   * @param scores one a box; where they tie, the earlier box comes first
   * @param threshold IoU above which the box of the lower score goes
   * @return indices of the boxes that stay, by descending score
   */
  static int[] keep(List<int[]> bounds, float[] scores, double threshold) {
    int n = bounds.size();
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparing((Integer i) -> scores[i], Comparator.reverseOrder()))
            .mapToInt(i -> i)
            .toArray();
    boolean[] gone = new boolean[n];
    int[] kept = new int[n];
    int count = 0;
    for (int a = 0; a < n; a++) {
      int i = order[a];
      if (gone[i]) {
        continue;
      }
      kept[count++] = i;
      int[] p = bounds.get(i);
      float area = area(p);
      for (int b = a + 1; b < n; b++) {
        int j = order[b];
        if (!gone[j]) {
          int[] q = bounds.get(j);
          float width = Math.max(0, Math.min(p[2], q[2]) - Math.max(p[0], q[0]));
          float height = Math.max(0, Math.min(p[3], q[3]) - Math.max(p[1], q[1]));
          float both = width * height;
          // Two boxes without area give NaN, which suppresses nothing.
          gone[j] = both / (area + area(q) - both) > threshold;
        }
      }
    }
    return Arrays.copyOf(kept, count);
  }

  private static float area(int[] box) {
    return (float) (box[2] - box[0]) * (box[3] - box[1]);
  }
}
