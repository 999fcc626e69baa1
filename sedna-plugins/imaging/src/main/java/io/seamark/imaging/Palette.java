package io.seamark.imaging;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.util.BitSet;
import java.util.List;

/** Colours that tell classes and masks apart, and pictures painted with them. */
public final class Palette {
  /** CamVid's classes in the order of {@link io.seamark.perception.ClassSet#CAMVID}. */
  private static final int[] CAMVID = {
    0x6FB7E8, 0x9C6B54, 0xF2D03B, 0x7B5AA6, 0xE58BC4, 0x4E9A47, 0xF4702A, 0xC2A878, 0x2F5FD0,
    0xD92B3A, 0x27D3C3
  };

  private static final int UNDECIDED = 0x101010;

  private Palette() {}

  /**
   * Colours for classes. The first eleven suit CamVid's; the order never changes with the number.
   *
   * @param classes 1 to 255
   * @return that many colours, {@code 0xRRGGBB}, all different
   */
  public static int[] colours(int classes) {
    if (classes < 1 || classes > 255) {
      throw new IllegalArgumentException("classes is " + classes + ", but must be 1 to 255");
    }
    int[] colours = new int[classes];
    for (int i = 0; i < classes; i++) {
      colours[i] = i < CAMVID.length ? CAMVID[i] : hue(i);
    }
    return colours;
  }

  /**
   * A class map laid over its frame.
   *
   * @param frame of any size
   * @param map of the same size; undecided pixels become dark
   * @param opacity 0 (the frame alone) to 1 (the colours alone)
   * @return [height, width, 3], RGB
   * @throws IllegalArgumentException if the sizes differ
   */
  public static byte[] paint(Frame frame, ClassMap map, double opacity) {
    checkSize(frame, map.width(), map.height());
    int weight = weight(opacity);
    int[] colours = colours(255);
    byte[] rgb = frame.rgb();
    byte[] out = new byte[rgb.length];
    byte[] classes = map.classes();
    for (int i = 0; i < classes.length; i++) {
      int c = classes[i] & 0xFF;
      blend(rgb, out, i, c == ClassMap.IGNORE ? UNDECIDED : colours[c], weight);
    }
    return out;
  }

  /**
   * Masks laid over their frame, each in a colour of its own with a bright outline. Small masks lie
   * on large ones.
   *
   * @param frame of any size
   * @param masks of the same size, in any order
   * @param opacity of the colours, 0 to 1; outlines are solid
   * @return [height, width, 3], RGB
   * @throws IllegalArgumentException if the sizes differ
   */
  public static byte[] paint(Frame frame, List<SegmentMask> masks, double opacity) {
    int width = frame.width();
    int height = frame.height();
    int weight = weight(opacity);
    int[] owner = new int[width * height];
    List<SegmentMask> largestFirst =
        masks.stream().sorted((a, b) -> Integer.compare(b.area(), a.area())).toList();
    int n = 0;
    for (SegmentMask mask : largestFirst) {
      checkSize(frame, mask.width(), mask.height());
      n++;
      BitSet pixels = mask.pixels();
      for (int i = pixels.nextSetBit(0); i >= 0; i = pixels.nextSetBit(i + 1)) {
        owner[i] = n;
      }
    }
    byte[] rgb = frame.rgb();
    byte[] out = rgb.clone();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        boolean edge =
            (x + 1 < width && owner[i] != owner[i + 1])
                || (y + 1 < height && owner[i] != owner[i + width]);
        if (edge) {
          blend(rgb, out, i, 0xFFFFFF, 200);
        } else if (owner[i] > 0) {
          blend(rgb, out, i, hue(owner[i] + 100), weight);
        }
      }
    }
    return out;
  }

  private static void checkSize(Frame frame, int width, int height) {
    if (width != frame.width() || height != frame.height()) {
      throw new IllegalArgumentException(
          "cannot lay "
              + width
              + "x"
              + height
              + " pixels over a frame of "
              + frame.width()
              + "x"
              + frame.height());
    }
  }

  private static int weight(double opacity) {
    if (!(opacity >= 0 && opacity <= 1)) {
      throw new IllegalArgumentException("opacity is " + opacity + ", but must be 0 to 1");
    }
    return (int) (256 * opacity + 0.5);
  }

  private static void blend(byte[] from, byte[] to, int pixel, int colour, int weight) {
    for (int c = 0; c < 3; c++) {
      int own = from[3 * pixel + c] & 0xFF;
      int other = (colour >> (16 - 8 * c)) & 0xFF;
      to[3 * pixel + c] = (byte) (own + (((other - own) * weight) >> 8));
    }
  }

  /** Steps of the golden angle around the colour circle, in changing lightness. */
  private static int hue(int i) {
    double h = i * 0.618033988749895 % 1 * 6;
    double value = 0.95 - 0.13 * (i % 4);
    double low = value * (0.2 + 0.12 * (i / 4 % 3));
    int sector = (int) h;
    double f = h - sector;
    double up = low + (value - low) * f;
    double down = value - (value - low) * f;
    return switch (sector) {
      case 0 -> rgb(value, up, low);
      case 1 -> rgb(down, value, low);
      case 2 -> rgb(low, value, up);
      case 3 -> rgb(low, down, value);
      case 4 -> rgb(up, low, value);
      default -> rgb(value, low, down);
    };
  }

  private static int rgb(double r, double g, double b) {
    return (int) (255 * r) << 16 | (int) (255 * g) << 8 | (int) (255 * b);
  }
}
