package io.seamark.imaging;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** ICC profiles of version 2, written after ICC.1:2001-04, and what they make of colours. */
final class IccFixture {
  /** Columns of XYZ under D50 for red, green and blue: Adobe RGB (1998), as its standard adapts. */
  static final double[][] ADOBE_RGB = {
    {0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}
  };

  /** The same for sRGB. */
  static final double[][] SRGB = {
    {0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}
  };

  /** From XYZ under D50 to linear sRGB: the inverse of the columns above. */
  private static final double[][] TO_SRGB = {
    {3.1338561, -1.6168667, -0.4906146},
    {-0.9787684, 1.9161415, 0.0334540},
    {0.0719453, -0.2289914, 1.4052427}
  };

  private IccFixture() {}

  /** A profile of three primaries and one gamma. */
  static byte[] rgb(double[][] primaries, double gamma) {
    Map<String, byte[]> tags = new LinkedHashMap<>();
    tags.put("wtpt", xyz(0.9642, 1, 0.8249));
    String[] names = {"rXYZ", "gXYZ", "bXYZ"};
    for (int i = 0; i < 3; i++) {
      tags.put(names[i], xyz(primaries[i]));
    }
    for (String name : new String[] {"rTRC", "gTRC", "bTRC"}) {
      tags.put(name, curve(gamma));
    }
    return profile("mntr", "RGB ", "XYZ ", tags);
  }

  /** A profile of one gamma for grey. */
  static byte[] grey(double gamma) {
    Map<String, byte[]> tags = new LinkedHashMap<>();
    tags.put("wtpt", xyz(0.9642, 1, 0.8249));
    tags.put("kTRC", curve(gamma));
    return profile("mntr", "GRAY", "XYZ ", tags);
  }

  /**
   * A profile of four inks.
   *
   * @param lab what each of the 16 combinations of no ink and all of it looks like, black fastest
   */
  static byte[] inks(int[][] lab) {
    ByteBuffer lut = ByteBuffer.allocate(48 + 4 * 256 + 16 * 3 + 3 * 256);
    lut.put("mft1\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
    lut.put(new byte[] {4, 3, 2, 0});
    for (int i = 0; i < 9; i++) {
      lut.putInt(i % 4 == 0 ? 1 << 16 : 0);
    }
    for (int i = 0; i < 4 * 256; i++) {
      lut.put((byte) i);
    }
    for (int[] colour : lab) {
      // L* of 0 to 100 over the whole byte; a* and b* around 128.
      lut.put((byte) Math.round(colour[0] * 2.55));
      lut.put((byte) (colour[1] + 128));
      lut.put((byte) (colour[2] + 128));
    }
    for (int i = 0; i < 3 * 256; i++) {
      lut.put((byte) i);
    }
    Map<String, byte[]> tags = new LinkedHashMap<>();
    tags.put("wtpt", xyz(0.9642, 1, 0.8249));
    tags.put("A2B0", lut.array());
    return profile("prtr", "CMYK", "Lab ", tags);
  }

  private static byte[] profile(
      String kind, String space, String connection, Map<String, byte[]> tags) {
    tags.put("desc", description());
    tags.put("cprt", text("text\0\0\0\0none\0"));
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    ByteArrayOutputStream bodies = new ByteArrayOutputStream();
    int start = 128 + 4 + 12 * tags.size();
    table.writeBytes(ByteBuffer.allocate(4).putInt(tags.size()).array());
    for (Map.Entry<String, byte[]> tag : tags.entrySet()) {
      table.writeBytes(text(tag.getKey()));
      table.writeBytes(
          ByteBuffer.allocate(8)
              .putInt(start + bodies.size())
              .putInt(tag.getValue().length)
              .array());
      bodies.writeBytes(tag.getValue());
      bodies.writeBytes(new byte[(4 - tag.getValue().length % 4) % 4]);
    }
    ByteBuffer header = ByteBuffer.allocate(128);
    header.putInt(start + bodies.size()).putInt(0).putInt(0x02400000);
    header.put(text(kind)).put(text(space)).put(text(connection));
    header.putShort((short) 2026).putShort((short) 1).putShort((short) 1).position(36);
    header.put(text("acsp")).position(68);
    header.put(fixed(0.9642)).put(fixed(1)).put(fixed(0.8249));
    return FlatJpeg.joined(header.array(), table.toByteArray(), bodies.toByteArray());
  }

  private static byte[] description() {
    return FlatJpeg.joined(text("desc\0\0\0\0\0\0\0\2x\0"), new byte[78]);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] xyz(double... values) {
    return FlatJpeg.joined(
        text("XYZ \0\0\0\0"), fixed(values[0]), fixed(values[1]), fixed(values[2]));
  }

  private static byte[] fixed(double value) {
    return ByteBuffer.allocate(4).putInt((int) Math.round(value * 65536)).array();
  }

  private static byte[] curve(double gamma) {
    return ByteBuffer.allocate(14)
        .put(text("curv\0\0\0\0"))
        .putInt(1)
        .putShort((short) Math.round(gamma * 256))
        .array();
  }

  /** What a colour of {@link #rgb}'s profile is in sRGB, by the arithmetic of both standards. */
  static int[] expected(double[][] primaries, double gamma, int... rgb) {
    double[] xyz = new double[3];
    for (int i = 0; i < 3; i++) {
      for (int c = 0; c < 3; c++) {
        xyz[c] += primaries[i][c] * Math.pow(rgb[i] / 255.0, gamma);
      }
    }
    return ofXyz(xyz);
  }

  /** What a colour of CIE L*a*b* under D50 is in sRGB. */
  static int[] ofLab(int... lab) {
    double y = (lab[0] + 16) / 116.0;
    return ofXyz(
        new double[] {
          0.9642 * inverse(y + lab[1] / 500.0), inverse(y), 0.8249 * inverse(y - lab[2] / 200.0)
        });
  }

  private static double inverse(double t) {
    return t > 6.0 / 29 ? t * t * t : 3 * 36.0 / 841 * (t - 4.0 / 29);
  }

  private static int[] ofXyz(double[] xyz) {
    int[] out = new int[3];
    for (int c = 0; c < 3; c++) {
      double light = 0;
      for (int i = 0; i < 3; i++) {
        light += TO_SRGB[c][i] * xyz[i];
      }
      out[c] = (int) Math.round(255 * encoded(Math.max(0, Math.min(1, light))));
    }
    return out;
  }

  /** The curve of IEC 61966-2-1. */
  static double encoded(double light) {
    return light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
  }
}
