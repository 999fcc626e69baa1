package io.seamark.street;

import io.seamark.network.tensorflow.SegmentSample;
import io.seamark.perception.ClassMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The regions of a drawn street, and points in them. A region is what hangs together and is of one
 * kind, such as the sky, a row of houses or a car, seen in cells of some pixels: a pole thinner
 * than a cell does not cut the sky behind it in two. The cells are the same for every segmenter, so
 * that figures compare. What the cells do not show, such as that pole, is a thin thing: a point on
 * it asks for what hangs together pixel by pixel.
 */
final class RegionPrompts {
  /** The longer side of a frame has a quarter as many cells. */
  static final int SIZE = 256;

  /** Smaller regions, in cells, are not asked for. */
  private static final int LEAST = 6;

  /** Smaller thin things, in pixels, are not asked for. */
  private static final int LEAST_THIN = 20;

  /** In place of a region's number. */
  static final int NONE = 255;

  private final int width;
  private final int height;
  private final int side;
  private final double scale;
  private final ClassMap label;
  private final int[] kind;
  private final int[] region;
  private final List<Integer> sizes = new ArrayList<>();
  private final int[] asked;
  private final int regions;

  RegionPrompts(ClassMap label, int size) {
    this.label = label;
    this.width = label.width();
    this.height = label.height();
    this.side = size / 4;
    this.scale = (double) size / Math.max(width, height) / 4;
    this.kind = new int[side * side];
    this.region = new int[side * side];
    this.asked = new int[width * height];
    findKinds();
    findRegions();
    List<Integer> large = large();
    this.regions = large.size();
    for (int i = 0; i < asked.length; i++) {
      asked[i] = kindAt(i) == kind[cell(i)] ? large.indexOf(region[cell(i)]) : -1;
    }
    findThin();
  }

  private int cell(int pixel) {
    int x = (int) ((pixel % width + 0.5) * scale);
    int row = pixel / width;
    int y = (int) ((row + 0.5) * scale);
    return y * side + x;
  }

  private int kindAt(int pixel) {
    return label.classes()[pixel] & 0xFF;
  }

  /** The class that most of a cell's pixels have, -1 beyond the frame. */
  private void findKinds() {
    int[][] counts = new int[side * side][256];
    for (int i = 0; i < width * height; i++) {
      counts[cell(i)][kindAt(i)]++;
    }
    for (int c = 0; c < kind.length; c++) {
      int best = 0;
      for (int k = 1; k < 256; k++) {
        if (counts[c][k] > counts[c][best]) {
          best = k;
        }
      }
      kind[c] = counts[c][best] == 0 ? -1 : best;
    }
  }

  /** Floods cells of one class. */
  private void findRegions() {
    Arrays.fill(region, -1);
    for (int start = 0; start < region.length; start++) {
      if (region[start] < 0 && kind[start] >= 0) {
        int of = kind[start];
        int id = sizes.size();
        List<Integer> cells = flood(start, side, side, c -> region[c] < 0 && kind[c] == of);
        cells.forEach(c -> region[c] = id);
        sizes.add(cells.size());
      }
    }
  }

  /** Floods pixels of one class that no region has. */
  private void findThin() {
    boolean[] seen = new boolean[asked.length];
    int next = regions;
    for (int start = 0; start < asked.length; start++) {
      if (asked[start] < 0 && !seen[start]) {
        int of = kindAt(start);
        List<Integer> pixels =
            flood(start, width, height, p -> asked[p] < 0 && !seen[p] && kindAt(p) == of);
        pixels.forEach(p -> seen[p] = true);
        if (pixels.size() >= LEAST_THIN && next < NONE) {
          int id = next++;
          pixels.forEach(p -> asked[p] = id);
        }
      }
    }
  }

  /** What hangs together with a place, over corners too. */
  private static List<Integer> flood(int start, int columns, int rows, IntPredicate belongs) {
    List<Integer> found = new ArrayList<>(List.of(start));
    BitSet taken = new BitSet(columns * rows);
    taken.set(start);
    for (int i = 0; i < found.size(); i++) {
      int at = found.get(i);
      for (int y = Math.max(0, at / columns - 1); y <= Math.min(rows - 1, at / columns + 1); y++) {
        for (int x = Math.max(0, at % columns - 1);
            x <= Math.min(columns - 1, at % columns + 1);
            x++) {
          int to = y * columns + x;
          if (!taken.get(to) && belongs.test(to)) {
            taken.set(to);
            found.add(to);
          }
        }
      }
    }
    return found;
  }

  private List<Integer> large() {
    List<Integer> large = new ArrayList<>();
    for (int id = 0; id < sizes.size(); id++) {
      if (sizes.get(id) >= LEAST) {
        large.add(id);
      }
    }
    return large;
  }

  /** What a point on each pixel asks for: a region's number, then thin things', or none. */
  byte[] asked() {
    byte[] out = new byte[asked.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (asked[i] < 0 ? NONE : asked[i]);
    }
    return out;
  }

  /** Pixels of each region that is large enough, without the thin things in front of it. */
  List<int[]> regions() {
    List<int[]> all = new ArrayList<>();
    for (int id = 0; id < regions; id++) {
      all.add(pixels(id));
    }
    return all;
  }

  private int[] pixels(int id) {
    return IntStream.range(0, asked.length).filter(i -> asked[i] == id).toArray();
  }

  private double distance(int pixel, double x, double y) {
    int row = pixel / width;
    return Math.hypot(pixel % width - x, row - y);
  }

  /** The pixel of a region that is nearest to its centre of mass. */
  int centre(int[] pixels) {
    double x = Arrays.stream(pixels).map(p -> p % width).average().orElse(0);
    double y = Arrays.stream(pixels).map(p -> p / width).average().orElse(0);
    int best = pixels[0];
    for (int p : pixels) {
      if (distance(p, x, y) < distance(best, x, y)) {
        best = p;
      }
    }
    return best;
  }

  /**
   * Random points, one of four evenly over the frame, as automatic masks have them, the others
   * evenly over regions and thin things, so that small ones count.
   *
   * @param prompts how many
   * @param target cells of a mask along the longer side of the frame
   * @param random decides
   */
  List<SegmentSample.Prompt> draw(int prompts, int target, RandomGenerator random) {
    int all = Arrays.stream(asked).max().orElse(-1) + 1;
    List<SegmentSample.Prompt> drawn = new ArrayList<>();
    while (drawn.size() < prompts) {
      int pixel = random.nextInt(asked.length);
      if (drawn.size() % 4 != 0) {
        int[] pixels = pixels(random.nextInt(all));
        pixel = pixels[random.nextInt(pixels.length)];
      }
      if (asked[pixel] >= 0) {
        drawn.add(
            new SegmentSample.Prompt(
                pixel % width + random.nextFloat() - 0.5f,
                random.nextFloat() - 0.5f + Math.floorDiv(pixel, width),
                mask(asked[pixel], target)));
      }
    }
    return drawn;
  }

  /** Cells whose centre is on a pixel that asks for the same. */
  private byte[] mask(int id, int target) {
    byte[] mask = new byte[target * target];
    double pixels = (double) Math.max(width, height) / target;
    for (int i = 0; i < mask.length; i++) {
      int x = (int) ((i % target + 0.5) * pixels);
      int row = i / target;
      int y = (int) ((row + 0.5) * pixels);
      mask[i] = (byte) (x < width && y < height && asked[y * width + x] == id ? 1 : 0);
    }
    return mask;
  }
}
