package io.seamark.unknown.segment;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Fills small holes of a mask and removes its small islands, regions being 8-connected. As in the
 * original, a region of background at the image's edge counts as a hole too.
 */
final class SmallRegions {
  private final int width;
  private final int height;
  private final int[] stack;
  private final int[] label;

  SmallRegions(int width, int height) {
    this.width = width;
    this.height = height;
    this.stack = new int[width * height];
    this.label = new int[width * height];
  }

  /**
   * Cleans a mask in place.
   *
   * @param pixels the mask
   * @param minArea smaller regions go
   * @return whether anything changed
   */
  boolean clean(BitSet pixels, int minArea) {
    boolean filled = fillHoles(pixels, minArea);
    boolean removed = removeIslands(pixels, minArea);
    return filled || removed;
  }

  private boolean fillHoles(BitSet pixels, int minArea) {
    BitSet background = (BitSet) pixels.clone();
    background.flip(0, width * height);
    int[] areas = regions(background);
    boolean changed = false;
    for (int area : areas) {
      changed |= area < minArea;
    }
    for (int i = background.nextSetBit(0); changed && i >= 0; i = background.nextSetBit(i + 1)) {
      if (areas[label[i] - 1] < minArea) {
        pixels.set(i);
      }
    }
    return changed;
  }

  private boolean removeIslands(BitSet pixels, int minArea) {
    int[] areas = regions(pixels);
    boolean changed = false;
    int largest = 0;
    for (int r = 0; r < areas.length; r++) {
      changed |= areas[r] < minArea;
      largest = areas[r] > areas[largest] ? r : largest;
    }
    for (int i = pixels.nextSetBit(0); changed && i >= 0; i = pixels.nextSetBit(i + 1)) {
      int region = label[i] - 1;
      // If every region is small, the largest stays.
      if (areas[region] < minArea && !(region == largest && areas[largest] < minArea)) {
        pixels.clear(i);
      }
    }
    return changed;
  }

  /** Labels the 8-connected regions of the set bits from 1, in the order of their first pixels. */
  private int[] regions(BitSet set) {
    Arrays.fill(label, 0);
    int[] areas = new int[16];
    int count = 0;
    for (int seed = set.nextSetBit(0); seed >= 0; seed = set.nextSetBit(seed + 1)) {
      if (label[seed] != 0) {
        continue;
      }
      if (count == areas.length) {
        areas = Arrays.copyOf(areas, count * 2);
      }
      int region = ++count;
      int area = 0;
      int top = 0;
      stack[top++] = seed;
      label[seed] = region;
      while (top > 0) {
        int at = stack[--top];
        area++;
        int x = at % width;
        int y = at / width;
        for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
          for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
            int next = ny * width + nx;
            if (label[next] == 0 && set.get(next)) {
              label[next] = region;
              stack[top++] = next;
            }
          }
        }
      }
      areas[region - 1] = area;
    }
    return Arrays.copyOf(areas, count);
  }
}
