package io.seamark.perception;

import java.util.Arrays;

/**
 * One class per pixel: a label, an edge answer or a fused answer.
 *
 * @param width in pixels
 * @param height in pixels
 * @param classes [height, width], row-major, unsigned 8-bit class indices; a value that is not
 *     below the number of classes means undecided or unlabelled and is ignored by scoring and
 *     training
 */
@SuppressWarnings("ArrayRecordComponent")
public record ClassMap(int width, int height, byte[] classes) {
  /** The value this project writes for an undecided pixel (Cityscapes' ignored train id). */
  public static final int IGNORE = 255;

  /** Checks the shape. */
  public ClassMap {
    Shapes.checkSize("class map", width, height);
    Shapes.checkLength("class map", classes.length, (long) width * height);
  }

  /**
   * The class at a pixel.
   *
   * @param x column, from 0
   * @param y row, from 0
   * @return 0 to 255
   */
  public int at(int x, int y) {
    return classes[y * width + x] & 0xFF;
  }

  /**
   * Fills what is undecided.
   *
   * @param other of the same size, such as the edge model's own answer
   * @return this map where it is not {@link #IGNORE}, the other elsewhere
   * @throws IllegalArgumentException if the sizes differ
   */
  public ClassMap orElse(ClassMap other) {
    if (other.width != width || other.height != height) {
      throw new IllegalArgumentException(
          String.format(
              "a %dx%d class map cannot fill one of %dx%d",
              other.width, other.height, width, height));
    }
    byte[] filled = classes.clone();
    for (int i = 0; i < filled.length; i++) {
      if (filled[i] == (byte) IGNORE) {
        filled[i] = other.classes[i];
      }
    }
    return new ClassMap(width, height, filled);
  }

  /**
   * How far another answer agrees with this one.
   *
   * @param other of the same size
   * @return share of the pixels decided here, that is not {@link #IGNORE}, that have the same class
   *     there, 0 to 1; not a number if none is decided here
   * @throws IllegalArgumentException if the sizes differ
   */
  public double agreement(ClassMap other) {
    if (other.width != width || other.height != height) {
      throw new IllegalArgumentException(
          String.format(
              "a %dx%d class map cannot be held against one of %dx%d",
              other.width, other.height, width, height));
    }
    long decided = 0;
    long same = 0;
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] != (byte) IGNORE) {
        decided++;
        same += classes[i] == other.classes[i] ? 1 : 0;
      }
    }
    return decided == 0 ? Double.NaN : (double) same / decided;
  }

  /**
   * How thick the structure is that a pixel is part of: the length of the row or of the column of
   * pixels of its class through it, whichever is shorter.
   *
   * @return for each pixel, at most {@link Short#MAX_VALUE}
   */
  public short[] thickness() {
    short[] out = new short[classes.length];
    for (int row = 0; row < classes.length; row += width) {
      for (int from = row, i = row + 1; i <= row + width; i++) {
        if (i == row + width || classes[i] != classes[from]) {
          Arrays.fill(out, from, i, clamp(i - from));
          from = i;
        }
      }
    }
    // Where each column's present run began, row by row, since columns jump through memory.
    int[] began = new int[width];
    for (int y = 1; y <= height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        if (y == height || classes[i] != classes[i - width]) {
          short length = clamp(y - began[x]);
          for (int j = began[x] * width + x; j < i; j += width) {
            out[j] = (short) Math.min(out[j], length);
          }
          began[x] = y;
        }
      }
    }
    return out;
  }

  private static short clamp(int length) {
    return (short) Math.min(length, Short.MAX_VALUE);
  }

  /**
   * Left and right exchanged.
   *
   * @return a new map
   */
  public ClassMap mirrored() {
    return new ClassMap(width, height, Mirror.rows(classes, width, 1));
  }
}
