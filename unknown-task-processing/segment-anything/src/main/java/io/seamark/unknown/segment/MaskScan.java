package io.seamark.unknown.segment;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Enlarges low-resolution mask logits to a crop's size and looks at them on the way: stability,
 * box, area and runs of pixels come from one pass over a row at a time, so the enlarged mask never
 * exists.
 *
 * <p>The original enlarges twice, to the encoder's size and, after cutting the padding off, to the
 * crop's size, each bilinear with half-pixel centres. Both are linear and separable, so here they
 * are one step of three weights a side. Rows and columns whose logits are all below the thresholds
 * cannot hold a pixel that counts and are left out. Not thread-safe.
 */
final class MaskScan {
  private final int low;
  private final int width;
  private final int height;
  private final Taps across;
  private final Taps down;
  private final float offset;
  private final float[] row;
  private final int[] firstColumn;
  private final int[] lastColumn;
  private int[] runs = new int[256];

  /**
   * A mask without its crop.
   *
   * @param stability count above the stricter over count above the laxer threshold; NaN if none
   * @param area covered pixels
   * @param bounds left, top, right and bottom pixel; zeros if there are none
   * @param runs first pixel and pixel after the last of each run, row by row within the crop
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Scanned(float stability, int area, int[] bounds, int[] runs) {
    /** Whether the mask covers a pixel, counted row by row within the crop. */
    boolean covers(int pixel) {
      int at = Arrays.binarySearch(runs, pixel);
      if (at < 0) {
        return (-at - 1) % 2 == 1;
      }
      // Where one row's run ends the next row's may begin.
      return at % 2 == 0 || (at + 1 < runs.length && runs[at + 1] == pixel);
    }

    /** Covered pixels that are not set. */
    int outside(BitSet pixels) {
      int outside = area;
      for (int r = 0; r < runs.length; r += 2) {
        int from = pixels.nextSetBit(runs[r]);
        while (from >= 0 && from < runs[r + 1]) {
          int to = Math.min(pixels.nextClearBit(from), runs[r + 1]);
          outside -= to - from;
          from = pixels.nextSetBit(to);
        }
      }
      return outside;
    }

    /** Sets the covered pixels. */
    void addTo(BitSet pixels) {
      for (int r = 0; r < runs.length; r += 2) {
        pixels.set(runs[r], runs[r + 1]);
      }
    }
  }

  /**
   * Prepares for masks of one crop.
   *
   * @param low side of the low-resolution logits
   * @param size side of the encoder's input, at least {@code low}
   * @param width of the crop, in pixels
   * @param height of the crop, in pixels
   * @param offset of the thresholds that stability is measured with, at least 0
   */
  MaskScan(int low, int size, int width, int height, float offset) {
    this.low = low;
    this.width = width;
    this.height = height;
    this.offset = offset;
    int longSide = Math.max(width, height);
    this.across = Taps.of(low, size, InputImage.resized(width, longSide, size), width);
    this.down = Taps.of(low, size, InputImage.resized(height, longSide, size), height);
    this.row = new float[low];
    this.firstColumn = new int[low];
    this.lastColumn = new int[low];
    Arrays.fill(firstColumn, width);
    Arrays.fill(lastColumn, -1);
    for (int x = 0; x < width; x++) {
      for (int k = across.first[x]; k < across.first[x] + 3; k++) {
        firstColumn[k] = Math.min(firstColumn[k], x);
        lastColumn[k] = Math.max(lastColumn[k], x);
      }
    }
  }

  /**
   * Scans one mask.
   *
   * @param logits [low, low], row-major
   * @param minStability masks of lower stability give null; 0 keeps all
   */
  @Nullable Scanned scan(float[] logits, float minStability) {
    boolean[] quiet = new boolean[low];
    for (int y = 0; y < low; y++) {
      quiet[y] = true;
      for (int i = y * low; i < (y + 1) * low && quiet[y]; i++) {
        quiet[y] = logits[i] <= -offset;
      }
    }
    int strict = 0;
    int lax = 0;
    int area = 0;
    int left = width;
    int right = -1;
    int top = height;
    int bottom = -1;
    int n = 0;
    for (int y = 0; y < height; y++) {
      int base = down.first[y];
      if (quiet[base] && quiet[base + 1] && quiet[base + 2]) {
        continue;
      }
      float a = down.weights[3 * y];
      float b = down.weights[3 * y + 1];
      float c = down.weights[3 * y + 2];
      for (int x = 0, i = base * low; x < low; x++, i++) {
        row[x] = a * logits[i] + b * logits[i + low] + c * logits[i + 2 * low];
      }
      int from = 0;
      while (from < low && row[from] <= -offset) {
        from++;
      }
      if (from == low) {
        continue;
      }
      int to = low - 1;
      while (row[to] <= -offset) {
        to--;
      }
      int end = reach(lastColumn, from, to);
      int open = -1;
      for (int x = start(from, to); x <= end; x++) {
        int i = across.first[x];
        float value =
            across.weights[3 * x] * row[i]
                + across.weights[3 * x + 1] * row[i + 1]
                + across.weights[3 * x + 2] * row[i + 2];
        strict += value > offset ? 1 : 0;
        lax += value > -offset ? 1 : 0;
        if (value > 0) {
          open = open < 0 ? x : open;
        } else if (open >= 0) {
          n = close(n, y, open, x);
          area += x - open;
          left = Math.min(left, open);
          right = Math.max(right, x - 1);
          open = -1;
        }
      }
      if (open >= 0) {
        n = close(n, y, open, end + 1);
        area += end + 1 - open;
        left = Math.min(left, open);
        right = Math.max(right, end);
      }
      if (n > 0 && runs[n - 1] > y * width) {
        top = Math.min(top, y);
        bottom = y;
      }
    }
    float stability = (float) strict / lax;
    if (minStability > 0 && !(stability >= minStability)) {
      return null;
    }
    int[] bounds = area == 0 ? new int[4] : new int[] {left, top, right, bottom};
    return new Scanned(stability, area, bounds, Arrays.copyOf(runs, n));
  }

  private int start(int from, int to) {
    int first = width;
    for (int k = from; k <= to && first == width; k++) {
      first = firstColumn[k];
    }
    return first;
  }

  private static int reach(int[] last, int from, int to) {
    int reach = -1;
    for (int k = to; k >= from && reach < 0; k--) {
      reach = last[k];
    }
    return reach;
  }

  private int close(int n, int y, int from, int to) {
    if (n + 2 > runs.length) {
      runs = Arrays.copyOf(runs, runs.length * 2);
    }
    runs[n] = y * width + from;
    runs[n + 1] = y * width + to;
    return n + 2;
  }

  /**
   * Weights of two bilinear steps in one.
   *
   * @param first low-resolution index of the first of three weights
   * @param weights three a target, adding up to 1
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Taps(int[] first, float[] weights) {
    static Taps of(int low, int size, int used, int target) {
      int[] first = new int[target];
      float[] weights = new float[3 * target];
      for (int i = 0; i < target; i++) {
        double at = Math.max(0, (i + 0.5) * used / target - 0.5);
        int near = Math.min((int) at, used - 1);
        int far = Math.min(near + 1, used - 1);
        double share = near == far ? 0 : at - near;
        int base = Math.min(index(near, low, size), low - 3);
        first[i] = base;
        add(weights, 3 * i - base, near, 1 - share, low, size);
        add(weights, 3 * i - base, far, share, low, size);
      }
      return new Taps(first, weights);
    }

    private static int index(int i, int low, int size) {
      return (int) Math.max(0, (i + 0.5) * low / size - 0.5);
    }

    private static void add(float[] weights, int to, int i, double share, int low, int size) {
      double at = Math.max(0, (i + 0.5) * low / size - 0.5);
      int near = (int) at;
      int far = Math.min(near + 1, low - 1);
      weights[to + near] += (float) (share * (1 - (at - near)));
      weights[to + far] += (float) (share * (at - near));
    }
  }
}
