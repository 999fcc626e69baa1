package io.seamark.imaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** PNG files of any kind, written after the standard (W3C, third edition) from their samples. */
final class PngFixture {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int INDEXED = 3;
  static final int GREY_ALPHA = 4;
  static final int RGBA = 6;

  /** First column and row of each pass of Adam7, and how far its pixels are apart. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private final int width;
  private final int height;
  private final int bitDepth;
  private final int colourType;
  private final int[] samples;
  private final ByteArrayOutputStream before = new ByteArrayOutputStream();
  private final ByteArrayOutputStream after = new ByteArrayOutputStream();
  private boolean interlaced;
  private int dataChunk = Integer.MAX_VALUE;
  private byte[] surplus = {};

  /**
   * A picture.
   *
   * @param samples [height, width, channels]
   */
  PngFixture(int width, int height, int bitDepth, int colourType, int... samples) {
    this.width = width;
    this.height = height;
    this.bitDepth = bitDepth;
    this.colourType = colourType;
    this.samples = samples;
  }

  PngFixture interlaced() {
    interlaced = true;
    return this;
  }

  /** Adds a chunk before the data. */
  PngFixture chunk(String type, int... bytes) {
    return chunk(type, bytes(bytes));
  }

  PngFixture chunk(String type, byte[] body) {
    before.writeBytes(chunkOf(type, body));
    return this;
  }

  PngFixture chunkAfterData(String type, byte[] body) {
    after.writeBytes(chunkOf(type, body));
    return this;
  }

  /** Writes the data in chunks of that many bytes. */
  PngFixture dataChunks(int size) {
    dataChunk = size;
    return this;
  }

  /** Writes more data after the picture's, within its chunks. */
  PngFixture surplus(int bytes) {
    surplus = new byte[bytes];
    return this;
  }

  PngFixture profile(byte[] icc) throws IOException {
    return chunk(
        "iCCP",
        FlatJpeg.joined("x\0\0".getBytes(StandardCharsets.ISO_8859_1), PngFixture.deflated(icc)));
  }

  static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  byte[] file() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(bytes(0x89, 'P', 'N', 'G', 13, 10, 26, 10));
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(bytes(bitDepth, colourType, 0, 0, interlaced ? 1 : 0));
    out.writeBytes(chunkOf("IHDR", header.array()));
    out.writeBytes(before.toByteArray());
    byte[] data = FlatJpeg.joined(deflated(rows()), surplus);
    for (int at = 0; at < data.length; at += Math.min(dataChunk, data.length)) {
      int end = (int) Math.min(data.length, (long) at + dataChunk);
      out.writeBytes(chunkOf("IDAT", Arrays.copyOfRange(data, at, end)));
    }
    out.writeBytes(after.toByteArray());
    out.writeBytes(chunkOf("IEND", new byte[0]));
    return out.toByteArray();
  }

  private byte[] rows() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int[][] passes = interlaced ? PASSES : new int[][] {{0, 0, 1, 1}};
    int channels = samples.length / (width * height);
    for (int[] pass : passes) {
      for (int y = pass[1]; y < height && pass[0] < width; y += pass[3]) {
        out.write(0);
        int bits = 0;
        int held = 0;
        for (int x = pass[0]; x < width; x += pass[2]) {
          for (int c = 0; c < channels; c++) {
            int sample = samples[(y * width + x) * channels + c];
            if (bitDepth == 16) {
              out.write(sample >> 8);
              out.write(sample);
            } else {
              held = held << bitDepth | sample;
              bits += bitDepth;
              if (bits == 8) {
                out.write(held);
                bits = 0;
                held = 0;
              }
            }
          }
        }
        if (bits > 0) {
          out.write(held << (8 - bits));
        }
      }
    }
    return out.toByteArray();
  }

  static byte[] deflated(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
      deflate.write(data);
    }
    return out.toByteArray();
  }

  static byte[] chunkOf(String type, byte[] body) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(body);
    return ByteBuffer.allocate(12 + body.length)
        .putInt(body.length)
        .put(name)
        .put(body)
        .putInt((int) crc.getValue())
        .array();
  }
}
