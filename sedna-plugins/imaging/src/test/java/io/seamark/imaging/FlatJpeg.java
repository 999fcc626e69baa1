package io.seamark.imaging;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Baseline JPEG files whose decoded component values are known without a decoder: every block is
 * flat, so that its one coefficient is 8 times the value less 128, and the quantisers are 8 (ITU-T
 * T.81, A.3.3). What the components mean is in the markers that a test adds.
 */
final class FlatJpeg {
  private final int width;
  private final int height;
  private final int[][] values;
  private final List<byte[]> segments = new ArrayList<>();
  private int[] ids;
  private int[] sampling;
  private int frame = 0xC0;
  private int precision = 8;
  private int repeats = 1;
  private byte[] surplus = {};

  /**
   * A picture.
   *
   * @param values [component][unit], a unit being 8x8 pixels times the largest sampling
   */
  FlatJpeg(int width, int height, int[]... values) {
    this.width = width;
    this.height = height;
    this.values = values;
    ids = new int[values.length];
    sampling = new int[values.length];
    for (int c = 0; c < values.length; c++) {
      ids[c] = c + 1;
      sampling[c] = 0x11;
    }
  }

  FlatJpeg ids(int... of) {
    ids = of;
    return this;
  }

  FlatJpeg sampling(int... of) {
    sampling = of;
    return this;
  }

  FlatJpeg frame(int marker) {
    frame = marker;
    return this;
  }

  FlatJpeg precision(int bits) {
    precision = bits;
    return this;
  }

  /** Writes the one scan so often. */
  FlatJpeg scans(int count) {
    repeats = count;
    return this;
  }

  FlatJpeg segment(int marker, byte[] body) {
    segments.add(segmentOf(marker, body));
    return this;
  }

  /** Writes more after each scan's data. */
  FlatJpeg surplus(byte[] bytes) {
    surplus = bytes;
    return this;
  }

  FlatJpeg jfif() {
    return segment(0xE0, new byte[] {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  }

  FlatJpeg adobe(int transform) {
    return segment(
        0xEE, new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform});
  }

  FlatJpeg exif(byte[] block) {
    return segment(0xE1, joined("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1), block));
  }

  /** A profile in that many parts. */
  FlatJpeg icc(byte[] profile, int parts) {
    int size = (profile.length + parts - 1) / parts;
    for (int i = 0; i < parts; i++) {
      iccPart(
          i + 1,
          parts,
          Arrays.copyOfRange(profile, i * size, Math.min(profile.length, (i + 1) * size)));
    }
    return this;
  }

  FlatJpeg iccPart(int number, int of, byte[] part) {
    byte[] head = "ICC_PROFILE\0..".getBytes(StandardCharsets.ISO_8859_1);
    head[12] = (byte) number;
    head[13] = (byte) of;
    return segment(0xE2, joined(head, part));
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] segmentOf(int marker, byte[] body) {
    int length = body.length + 2;
    return joined(
        new byte[] {(byte) 0xFF, (byte) marker, (byte) (length >> 8), (byte) length}, body);
  }

  byte[] file() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8});
    segments.forEach(out::writeBytes);
    byte[] quantisers = new byte[65];
    Arrays.fill(quantisers, 1, 65, (byte) 8);
    out.writeBytes(segmentOf(0xDB, quantisers));
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(
        new byte[] {
          (byte) precision,
          (byte) (height >> 8),
          (byte) height,
          (byte) (width >> 8),
          (byte) width,
          (byte) values.length
        });
    ByteArrayOutputStream scan = new ByteArrayOutputStream();
    scan.write(values.length);
    for (int c = 0; c < values.length; c++) {
      header.writeBytes(new byte[] {(byte) ids[c], (byte) sampling[c], 0});
      scan.writeBytes(new byte[] {(byte) ids[c], 0});
    }
    scan.writeBytes(new byte[] {0, 63, 0});
    out.writeBytes(segmentOf(frame, header.toByteArray()));
    // DC: twelve categories of four bits each. AC: the end of the block, one bit.
    byte[] dc = new byte[1 + 16 + 12];
    dc[4] = 12;
    for (int i = 0; i < 12; i++) {
      dc[17 + i] = (byte) i;
    }
    byte[] ac = new byte[1 + 16 + 1];
    ac[0] = 0x10;
    ac[1] = 1;
    out.writeBytes(segmentOf(0xC4, dc));
    out.writeBytes(segmentOf(0xC4, ac));
    for (int i = 0; i < repeats; i++) {
      out.writeBytes(segmentOf(0xDA, scan.toByteArray()));
      out.writeBytes(data());
      out.writeBytes(surplus);
    }
    out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
    return out.toByteArray();
  }

  private byte[] data() {
    StringBuilder bits = new StringBuilder();
    int[] before = new int[values.length];
    for (int unit = 0; unit < values[0].length; unit++) {
      for (int c = 0; c < values.length; c++) {
        int blocks = (sampling[c] >> 4) * (sampling[c] & 15);
        for (int b = 0; b < blocks; b++) {
          int value = values[c][unit] - 128;
          int difference = value - before[c];
          before[c] = value;
          int category = 32 - Integer.numberOfLeadingZeros(Math.abs(difference));
          bits(bits, category, 4);
          bits(bits, difference < 0 ? difference + (1 << category) - 1 : difference, category);
          bits(bits, 0, 1);
        }
      }
    }
    while (bits.length() % 8 != 0) {
      bits.append('1');
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < bits.length(); i += 8) {
      int value = Integer.parseInt(bits.substring(i, i + 8), 2);
      out.write(value);
      if (value == 0xFF) {
        out.write(0);
      }
    }
    return out.toByteArray();
  }

  private static void bits(StringBuilder to, int value, int count) {
    for (int i = count - 1; i >= 0; i--) {
      to.append(value >> i & 1);
    }
  }
}
