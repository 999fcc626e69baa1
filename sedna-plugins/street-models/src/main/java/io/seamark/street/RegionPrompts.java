package io.seamark.street;

import io.seamark.network.tensorflow.SegmentSample;
import io.seamark.perception.ClassMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The regions of a drawn street, and points in them. A region is what hangs together and is of one
 * kind, such as the sky, a row of houses or a car, seen at the resolution of the segmenter's masks:
 * a pole thinner than a cell does not cut the sky behind it in two.
 */
final class RegionPrompts {
  /** Smaller regions, in cells, are not asked for. */
  private static final int LEAST = 6;

  private final int width;
  private final int height;
  private final int side;
  private final double scale;
  private final ClassMap label;
  private final int[] kind;
  private final int[] region;
  private final List<byte[]> masks = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();

  RegionPrompts(ClassMap label, int size) {
    this.label = label;
    this.width = label.width();
    this.height = label.height();
    this.side = size / 4;
    this.scale = (double) size / Math.max(width, height) / 4;
    this.kind = new int[side * side];
    this.region = new int[side * side];
    findKinds();
    findRegions();
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

  /** Floods cells of one class, over corners too. */
  private void findRegions() {
    Arrays.fill(region, -1);
    for (int start = 0; start < region.length; start++) {
      if (region[start] >= 0 || kind[start] < 0) {
        continue;
      }
      int id = masks.size();
      byte[] mask = new byte[region.length];
      int count = 0;
      Deque<Integer> open = new ArrayDeque<>(List.of(start));
      region[start] = id;
      while (!open.isEmpty()) {
        int at = open.remove();
        mask[at] = 1;
        count++;
        for (int dy = -1; dy <= 1; dy++) {
          for (int dx = -1; dx <= 1; dx++) {
            int x = at % side + dx;
            int y = at / side + dy;
            if (x >= 0 && y >= 0 && x < side && y < side) {
              int next = y * side + x;
              if (region[next] < 0 && kind[next] == kind[start]) {
                region[next] = id;
                open.add(next);
              }
            }
          }
        }
      }
      masks.add(mask);
      sizes.add(count);
    }
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

  /** Pixels of each region that is large enough, without the thin things in front of it. */
  List<int[]> regions() {
    List<int[]> regions = new ArrayList<>();
    for (int id : large()) {
      List<Integer> pixels = new ArrayList<>();
      for (int i = 0; i < width * height; i++) {
        if (region[cell(i)] == id && kindAt(i) == kind[cell(i)]) {
          pixels.add(i);
        }
      }
      regions.add(pixels.stream().mapToInt(Integer::intValue).toArray());
    }
    return regions;
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
   * Random points, two of three evenly over the frame, as automatic masks have them, one evenly
   * over the regions, so that small ones count.
   */
  List<SegmentSample.Prompt> draw(int prompts, RandomGenerator random) {
    List<Integer> large = large();
    List<SegmentSample.Prompt> drawn = new ArrayList<>();
    while (drawn.size() < prompts) {
      int pixel = random.nextInt(width * height);
      int id = region[cell(pixel)];
      if (drawn.size() % 3 == 0) {
        id = large.get(random.nextInt(large.size()));
        while (region[cell(pixel)] != id) {
          pixel = random.nextInt(width * height);
        }
      }
      if (sizes.get(id) >= LEAST && kindAt(pixel) == kind[cell(pixel)]) {
        drawn.add(
            new SegmentSample.Prompt(
                pixel % width + random.nextFloat() - 0.5f,
                random.nextFloat() - 0.5f + Math.floorDiv(pixel, width),
                masks.get(id)));
      }
    }
    return drawn;
  }
}
