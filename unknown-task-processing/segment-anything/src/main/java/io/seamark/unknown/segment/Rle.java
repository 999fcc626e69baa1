package io.seamark.unknown.segment;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A mask in COCO's run-length encoding: lengths of runs down the columns, from the left, the first
 * run being zeros (of length 0 if the first pixel is set).
 *
 * @param height of the image, in pixels
 * @param width of the image, in pixels
 * @param counts lengths of the runs, not negative, in pixels; they add up to {@code height * width}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Rle(int height, int width, int[] counts) {
  private static final long MAX_PIXELS = 16_384L * 16_384L;

  /** Checks that the runs fill the image exactly. */
  public Rle {
    if (height < 1 || width < 1 || (long) height * width > MAX_PIXELS) {
      throw new IllegalArgumentException(
          String.format("mask is %dx%d, but must have 1 to %d pixels", width, height, MAX_PIXELS));
    }
    long sum = 0;
    for (int count : counts) {
      if (count < 0) {
        throw new IllegalArgumentException("a run has length " + count + ", but must be 0 or more");
      }
      sum += count;
    }
    if (sum != (long) height * width) {
      throw new IllegalArgumentException(
          String.format(
              "the runs cover %d pixels, but a %dx%d mask has %d",
              sum, width, height, (long) height * width));
    }
  }

  /**
   * Encodes a mask.
   *
   * @param pixels bit {@code y * width + x} is set where the mask covers the pixel
   * @param height in pixels
   * @param width in pixels
   * @return its runs
   */
  public static Rle encode(BitSet pixels, int height, int width) {
    int[] counts = new int[64];
    int n = 0;
    int run = 0;
    boolean current = false;
    for (int x = 0; x < width; x++) {
      for (int y = 0, i = x; y < height; y++, i += width) {
        if (pixels.get(i) != current) {
          if (n == counts.length) {
            counts = Arrays.copyOf(counts, n * 2);
          }
          counts[n++] = run;
          run = 0;
          current = !current;
        }
        run++;
      }
    }
    counts = Arrays.copyOf(counts, n + 1);
    counts[n] = run;
    return new Rle(height, width, counts);
  }

  /**
   * Decodes to pixels.
   *
   * @return bit {@code y * width + x} is set where the mask covers the pixel
   */
  public BitSet decode() {
    BitSet pixels = new BitSet(height * width);
    int at = 0;
    for (int r = 0; r < counts.length; r++) {
      if (r % 2 == 1) {
        for (int i = at; i < at + counts[r]; i++) {
          pixels.set(i % height * width + i / height);
        }
      }
      at += counts[r];
    }
    return pixels;
  }

  /**
   * Number of covered pixels.
   *
   * @return 0 to {@code height * width}
   */
  public int area() {
    int area = 0;
    for (int r = 1; r < counts.length; r += 2) {
      area += counts[r];
    }
    return area;
  }

  /**
   * The counts as pycocotools' text: from the fourth on the difference to the count two before, in
   * groups of five bits, low ones first, bit 32 for more, plus 48.
   *
   * @return printable ASCII
   */
  public String text() {
    StringBuilder text = new StringBuilder(counts.length * 2);
    for (int i = 0; i < counts.length; i++) {
      int value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
      boolean more;
      do {
        int group = value & 0x1F;
        value >>= 5;
        // The sign of the last group is its bit 16.
        more = (group & 0x10) != 0 ? value != -1 : value != 0;
        text.append((char) ((more ? group | 0x20 : group) + 48));
      } while (more);
    }
    return text.toString();
  }

  /**
   * Reads pycocotools' text.
   *
   * @param text as {@link #text} writes it
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   * @return the runs
   * @throws IllegalArgumentException if it is no such text or does not fill the image
   */
  public static Rle parse(String text, int height, int width) {
    int[] counts = new int[text.length()];
    int n = 0;
    int i = 0;
    while (i < text.length()) {
      long value = 0;
      int shift = 0;
      int group;
      do {
        if (i == text.length() || shift > 30) {
          throw new IllegalArgumentException(
              "compressed counts end within a number, or hold one that is too large, at character "
                  + i);
        }
        group = text.charAt(i) - 48;
        if (group < 0 || group > 63) {
          throw new IllegalArgumentException(
              "character "
                  + i
                  + " of the compressed counts is '"
                  + text.charAt(i)
                  + "', but must be one from '0' to 'o'");
        }
        value |= (long) (group & 0x1F) << shift;
        shift += 5;
        i++;
      } while ((group & 0x20) != 0);
      if ((group & 0x10) != 0) {
        value |= -1L << shift;
      }
      if (n > 2) {
        value += counts[n - 2];
      }
      if (value < 0 || value > MAX_PIXELS) {
        throw new IllegalArgumentException(
            "run " + n + " of the compressed counts has length " + value);
      }
      counts[n++] = (int) value;
    }
    return new Rle(height, width, Arrays.copyOf(counts, n));
  }
}
