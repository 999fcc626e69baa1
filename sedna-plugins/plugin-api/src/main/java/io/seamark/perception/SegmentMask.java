package io.seamark.perception;

import java.util.BitSet;

/**
 * One mask without a class, as SAM's automatic mask generation describes it (Kirillov et al. 2023,
 * "Segment Anything", arXiv 2304.02643).
 *
 * @param width of the image, in pixels
 * @param height of the image, in pixels
 * @param pixels bit {@code y * width + x} is set where the mask covers the pixel; not to be changed
 * @param area number of set bits
 * @param box bounding box of the set bits
 * @param predictedIou the model's own estimate of the mask's quality, about 0 to 1
 * @param stabilityScore IoU of the mask under a stricter and a laxer threshold, 0 to 1
 * @param pointX x of the prompt that found it, in pixels
 * @param pointY y of the prompt that found it, in pixels
 * @param cropBox the crop of the image it was found in
 */
public record SegmentMask(
    int width,
    int height,
    BitSet pixels,
    int area,
    Box box,
    float predictedIou,
    float stabilityScore,
    float pointX,
    float pointY,
    Box cropBox) {
  /**
   * A rectangle in pixels, as in COCO: left, top, width, height.
   *
   * @param x left edge
   * @param y top edge
   * @param width 0 for an empty mask
   * @param height 0 for an empty mask
   */
  public record Box(int x, int y, int width, int height) {}

  /** Checks the size. */
  public SegmentMask {
    Shapes.checkSize("mask", width, height);
    if (pixels.length() > width * height) {
      throw new IllegalArgumentException(
          "mask has bit " + (pixels.length() - 1) + " set, but only " + width * height + " pixels");
    }
  }
}
