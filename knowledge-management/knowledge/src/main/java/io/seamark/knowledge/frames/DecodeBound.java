package io.seamark.knowledge.frames;

import io.seamark.imaging.DecodingMemory;
import io.seamark.imaging.Images;
import java.io.IOException;

/**
 * Keeps a single picture from taking the heap: a file of a few kilobytes may declare any size. What
 * is decoded, and what scaling takes meanwhile, is counted from the header before anything is
 * allocated.
 */
final class DecodeBound {
  /** Scaling keeps floats of every row at the new width. */
  private static final long BYTES_PER_SCALED_PIXEL = 12;

  private DecodeBound() {}

  private static long most() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  /**
   * Checks a picture before it is decoded.
   *
   * @param size as its header says
   * @param depth whether there is a depth image of that size too
   * @throws IOException if it would take more than half of the heap
   */
  static void checkDecoding(Images.Size size, boolean depth) throws IOException {
    check(
        "decoding " + size.width() + "x" + size.height() + " pixels",
        DecodingMemory.peak(size.width(), size.height(), depth));
  }

  /**
   * Checks a frame before it is scaled.
   *
   * @param height of the frame in pixels
   * @param newWidth in pixels
   * @throws IOException if it would take more than half of the heap
   */
  static void checkScaling(int height, int newWidth) throws IOException {
    check(
        "scaling " + height + " rows to a width of " + newWidth,
        BYTES_PER_SCALED_PIXEL * height * newWidth);
  }

  private static void check(String what, long bytes) throws IOException {
    if (bytes > most()) {
      throw new IOException(
          String.format(
              "%s would take %d MB, but a frame may take %d MB, half of the heap",
              what, bytes >> 20, most() >> 20));
    }
  }
}
