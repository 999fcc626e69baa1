package io.seamark.imaging;

/**
 * What decoding an image takes, so that it can be refused before anything is allocated. The bounds
 * hold for every kind of file that {@link Images} reads: up to four channels of 16 bits as the
 * readers hold them, the pixels once more where colours are converted or the picture is turned, and
 * the frame.
 */
public final class DecodingMemory {
  private static final int PICTURE = 24;
  private static final int DEPTH = 8;
  private static final int OUTSIDE = 8;
  private static final int FRAME = 3;
  private static final int FRAME_DEPTH = 4;

  private DecodingMemory() {}

  /**
   * What decoding takes at most at any one time.
   *
   * @param width in pixels
   * @param height in pixels
   * @param depth whether there is a depth image of that size too
   * @return bytes of heap besides the file
   */
  public static long peak(int width, int height, boolean depth) {
    return (long) width * height * (depth ? PICTURE + DEPTH : PICTURE);
  }

  /**
   * What the JPEG reader takes outside of the heap at most: a progressive picture's coefficients,
   * two bytes for each pixel of up to four channels.
   *
   * @param width in pixels
   * @param height in pixels
   * @return bytes
   */
  public static long outside(int width, int height) {
    return (long) width * height * OUTSIDE;
  }

  /**
   * What is left of it.
   *
   * @param width in pixels
   * @param height in pixels
   * @param depth whether there is depth
   * @return bytes of heap that the frame holds
   */
  public static long frame(int width, int height, boolean depth) {
    return (long) width * height * (depth ? FRAME + FRAME_DEPTH : FRAME);
  }
}
