package io.seamark.integration;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small pictures, put together byte by byte so that each of their bytes can be wrong. */
final class Pictures {
  static final int WIDTH = 48;
  static final int HEIGHT = 32;
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private Pictures() {}

  /** A chunk of a PNG (PNG specification, third edition, section 5.3). */
  static byte[] chunk(String type, byte... data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) checksum.getValue())
        .array();
  }

  /** IHDR of a picture of this size. */
  static byte[] header(int width, int height, int depth, int colour, int interlace) {
    return chunk(
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put((byte) depth)
            .put((byte) colour)
            .put((byte) 0)
            .put((byte) 0)
            .put((byte) interlace)
            .array());
  }

  static byte[] png(byte[]... chunks) {
    return join(SIGNATURE, join(chunks));
  }

  /**
   * A whole PNG of any colour type and bit depth.
   *
   * @param colour 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
   * @param depth 1, 2, 4, 8 or 16, where the colour type has it
   * @param interlace 0 none, 1 Adam7
   * @param more chunks before the pixels
   */
  static byte[] png(int width, int height, int colour, int depth, int interlace, byte[]... more) {
    byte[] palette = new byte[3 << Math.min(depth, 8)];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i * 37);
    }
    return png(
        header(width, height, depth, colour, interlace),
        join(more),
        colour == 3 ? chunk("PLTE", palette) : new byte[0],
        chunk("IDAT", pixels(width, height, colour, depth, interlace)),
        chunk("IEND"));
  }

  /** Filtered and compressed pixels, all of one pattern. */
  static byte[] pixels(int width, int height, int colour, int depth, int interlace) {
    int channels = new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    int[][] passes =
        interlace == 0
            ? new int[][] {{0, 0, 1, 1}}
            : new int[][] {
              {0, 0, 8, 8},
              {4, 0, 8, 8},
              {0, 4, 4, 8},
              {2, 0, 4, 4},
              {0, 2, 2, 4},
              {1, 0, 2, 2},
              {0, 1, 1, 2}
            };
    for (int[] pass : passes) {
      int across = (width - pass[0] + pass[2] - 1) / pass[2];
      int down = (height - pass[1] + pass[3] - 1) / pass[3];
      for (int y = 0; across > 0 && y < down; y++) {
        raw.write(0);
        int bytes = (across * channels * depth + 7) / 8;
        for (int x = 0; x < bytes; x++) {
          raw.write(31 * x + 17 * y);
        }
      }
    }
    return deflate(raw.toByteArray());
  }

  static byte[] deflate(byte[] raw) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(raw);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] block = new byte[8192];
      while (!deflater.finished()) {
        out.write(block, 0, deflater.deflate(block));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  /** A picture as the JDK writes it. */
  static byte[] jpeg(int width, int height, boolean grey, float quality, boolean progressive)
      throws IOException {
    BufferedImage image =
        new BufferedImage(
            width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0x10305 * (x + 2 * y));
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(quality);
      param.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Where a JPEG's marker stands, or -1. */
  static int marker(byte[] jpeg, int code) {
    for (int i = 0; i + 1 < jpeg.length; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) code) {
        return i;
      }
    }
    return -1;
  }

  /** A copy with one byte changed. */
  static byte[] with(byte[] file, int at, int... values) {
    byte[] copy = file.clone();
    for (int i = 0; i < values.length; i++) {
      copy[at + i] = (byte) values[i];
    }
    return copy;
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
