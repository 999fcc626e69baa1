package io.seamark.unknown.segment;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of the image that is segmented on its own.
 *
 * @param x0 left edge, in pixels
 * @param y0 top edge
 * @param x1 right edge, exclusive
 * @param y1 bottom edge, exclusive
 * @param layer 0 for the whole image
 */
record Crop(int x0, int y0, int x1, int y1, int layer) {
  /** Closer than this to an edge of the crop, in pixels, a box counts as cut by it. */
  private static final int EDGE_TOLERANCE = 20;

  int width() {
    return x1 - x0;
  }

  int height() {
    return y1 - y0;
  }

  /**
   * The crops of an image: the whole of it, then layer by layer, columns outer.
   *
   * @param width of the image, in pixels
   * @param height of the image, in pixels
   * @param layers besides the whole image
   * @param overlapRatio of the first layer, as a share of the short side
   */
  static List<Crop> of(int width, int height, int layers, double overlapRatio) {
    List<Crop> crops = new ArrayList<>();
    crops.add(new Crop(0, 0, width, height, 0));
    for (int layer = 1; layer <= layers; layer++) {
      int perSide = 1 << layer;
      int overlap = (int) (overlapRatio * Math.min(width, height) * (2.0 / perSide));
      int cropWidth = length(width, perSide, overlap);
      int cropHeight = length(height, perSide, overlap);
      for (int i = 0; i < perSide; i++) {
        for (int j = 0; j < perSide; j++) {
          int x0 = (cropWidth - overlap) * i;
          int y0 = (cropHeight - overlap) * j;
          int x1 = Math.min(x0 + cropWidth, width);
          int y1 = Math.min(y0 + cropHeight, height);
          if (x0 >= x1 || y0 >= y1) {
            throw new IllegalArgumentException(
                String.format(
                    "a %dx%d frame is too small for %d crop layers: choose fewer with crop-n-layers",
                    width, height, layers));
          }
          crops.add(new Crop(x0, y0, x1, y1, layer));
        }
      }
    }
    return crops;
  }

  private static int length(int whole, int perSide, int overlap) {
    return (int) Math.ceil((overlap * (perSide - 1.0) + whole) / perSide);
  }

  /**
   * Whether the crop cuts what a box holds: the box ends near an edge of the crop that is not an
   * edge of the image.
   *
   * @param box left, top, right and bottom pixel, within the crop
   * @param width of the image
   * @param height of the image
   */
  boolean cuts(int[] box, int width, int height) {
    return cuts(box[0] + x0, x0, 0)
        || cuts(box[1] + y0, y0, 0)
        || cuts(box[2] + x0, x1, width)
        || cuts(box[3] + y0, y1, height);
  }

  private static boolean cuts(int side, int cropEdge, int imageEdge) {
    return Math.abs(side - cropEdge) <= EDGE_TOLERANCE
        && Math.abs(side - imageEdge) > EDGE_TOLERANCE;
  }

  /**
   * The grid of points, each in the middle of its cell, rows outer.
   *
   * @param perSide points along each side
   * @return x and y of each point in turn, in pixels within the crop
   */
  double[] points(int perSide) {
    double[] points = new double[2 * perSide * perSide];
    double offset = 1.0 / (2 * perSide);
    double step = perSide == 1 ? 0 : (1 - offset - offset) / (perSide - 1);
    for (int row = 0, i = 0; row < perSide; row++) {
      for (int column = 0; column < perSide; column++) {
        points[i++] = (column * step + offset) * width();
        points[i++] = (row * step + offset) * height();
      }
    }
    return points;
  }
}
