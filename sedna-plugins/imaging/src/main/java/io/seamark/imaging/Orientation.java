package io.seamark.imaging;

import java.nio.ByteBuffer;

/**
 * The orientation of EXIF (CIPA DC-008, tag 274), which says how a stored picture is to be turned:
 * 1 not at all, 2 mirrored, 3 by a half, 4 upside down and mirrored, 5 transposed, 6 by a quarter
 * clockwise, 7 transposed along the other diagonal, 8 by a quarter anticlockwise.
 *
 * <p>The block is read here and not by a library, since it comes from anywhere and libraries make
 * every value that it declares.
 */
final class Orientation {
  static final int NONE = 1;

  private static final int TAG = 274;

  private Orientation() {}

  /**
   * Reads it.
   *
   * @param file holds a TIFF structure
   * @param from where that starts
   * @param to where it ends
   * @return 1 to 8; 1 also where the block is broken or says something else, as other readers do
   */
  static int of(byte[] file, int from, int to) {
    Bytes big = Bytes.bigEndian(file);
    if (to - from < 8 || (!big.has(from, "II*\0") && !big.has(from, "MM\0*"))) {
      return NONE;
    }
    Bytes b = new Bytes(file, big.has(from, "II"));
    long directory = from + b.u32(from + 4);
    if (directory > to - 2) {
      return NONE;
    }
    int entries = b.u16((int) directory);
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + 12L * i;
      if (at > to - 12) {
        return NONE;
      }
      if (b.u16((int) at) == TAG) {
        int type = b.u16((int) at + 2);
        long value = type == 3 ? b.u16((int) at + 8) : type == 4 ? b.u32((int) at + 8) : 0;
        return value >= 1 && value <= 8 && b.u32((int) at + 4) == 1 ? (int) value : NONE;
      }
    }
    return NONE;
  }

  /** A TIFF structure that says an orientation and nothing else. */
  static byte[] block(int orientation) {
    return ByteBuffer.allocate(26)
        .put(new byte[] {'M', 'M', 0, '*'})
        .putInt(8)
        .putShort((short) 1)
        .putShort((short) TAG)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) orientation)
        .array();
  }

  /** Whether width and height change places. */
  static boolean turns(int orientation) {
    return orientation >= 5;
  }

  /**
   * Turns a picture.
   *
   * @param pixels [height, width, channels] as stored
   * @param orientation 1 to 8
   * @return as it is to be seen; the same array for 1
   */
  static byte[] apply(byte[] pixels, int width, int height, int channels, int orientation) {
    if (orientation == NONE) {
      return pixels;
    }
    // Where the stored picture's first pixel goes, and how far its right and lower neighbour are.
    boolean turned = turns(orientation);
    int w = turned ? height : width;
    int h = turned ? width : height;
    boolean flipX = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    boolean flipY = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    int start = (flipY ? (h - 1) * w : 0) + (flipX ? w - 1 : 0);
    int alongX = flipX ? -1 : 1;
    int alongY = flipY ? -w : w;
    int right = turned ? alongY : alongX;
    int down = turned ? alongX : alongY;
    byte[] out = new byte[pixels.length];
    int from = 0;
    for (int y = 0; y < height; y++) {
      int to = (start + y * down) * channels;
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          out[to + c] = pixels[from++];
        }
        to += right * channels;
      }
    }
    return out;
  }
}
