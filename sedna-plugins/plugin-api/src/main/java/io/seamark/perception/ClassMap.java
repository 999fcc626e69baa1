package io.seamark.perception;

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
   * Left and right exchanged.
   *
   * @return a new map
   */
  public ClassMap mirrored() {
    return new ClassMap(width, height, Mirror.rows(classes, width, 1));
  }
}
