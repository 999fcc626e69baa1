package io.seamark.imaging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A WebP's structure (RFC 9649): one still picture, lossy or lossless. Its decoder is given the
 * picture alone, in the simple format: transparency, orientation and profile are not its matter.
 */
final class WebpFile {
  private static final int ANIMATED = 2;

  private WebpFile() {}

  static ImageHeader read(byte[] file) throws IOException {
    Bytes b = Bytes.littleEndian(file);
    long end = 8 + b.u32(4);
    if (end > file.length) {
      throw b.cut("WebP");
    }
    Images.@Nullable Size canvas = null;
    Images.@Nullable Size picture = null;
    Channels channels = Channels.RGB;
    byte[] alone = {};
    int orientation = Orientation.NONE;
    byte[] profile = null;
    long next;
    for (int at = 12; at + 8 <= end; at = (int) next) {
      long length = b.u32(at + 4);
      int body = at + 8;
      next = body + length + (length & 1);
      // The last chunk's padding is often left out.
      if (body + length > end) {
        throw b.cut("WebP");
      }
      if (b.has(at, "VP8X")) {
        if (length < 10) {
          throw new IOException("damaged WebP: a header of " + length + " bytes");
        }
        if ((b.u8(body) & ANIMATED) != 0) {
          throw new IOException("an animated WebP is not read, only a still picture");
        }
        canvas = size((b.i32(body + 4) & 0xFFFFFF) + 1, (b.i32(body + 6) >>> 8) + 1);
      } else if (b.has(at, "VP8 ") && picture == null) {
        if (length < 10 || !b.has(body + 3, "\u009d\u0001*")) {
          throw new IOException("damaged WebP: it does not start with a key frame");
        }
        alone = Arrays.copyOfRange(file, at, (int) (body + length));
        picture = size(b.u16(body + 6) & 0x3FFF, b.u16(body + 8) & 0x3FFF);
      } else if (b.has(at, "VP8L") && picture == null) {
        if (length < 5 || b.u8(body) != 0x2F) {
          throw new IOException("damaged WebP: it does not start with its signature");
        }
        alone = Arrays.copyOfRange(file, at, (int) (body + length));
        int bits = b.i32(body + 1);
        picture = size((bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1);
        channels = (bits >>> 28 & 1) == 0 ? Channels.RGB : Channels.RGBA;
      } else if (b.has(at, "EXIF")) {
        // Some encoders keep JPEG's mark before the block.
        int block = b.has(body, "Exif\0\0") ? body + 6 : body;
        orientation = Orientation.of(file, block, (int) (body + length));
      } else if (b.has(at, "ICCP")) {
        if (length > ImageHeader.MAX_PROFILE) {
          throw new IOException("its colour profile is broken: it has " + length + " bytes");
        }
        profile = Arrays.copyOfRange(file, body, (int) (body + length));
      }
    }
    if (picture == null) {
      throw new IOException("damaged WebP: it ends before any picture data");
    }
    if (canvas != null && !canvas.equals(picture)) {
      throw new IOException("damaged WebP: its headers disagree about its size");
    }
    return new ImageHeader(
        Format.WEBP,
        picture.width(),
        picture.height(),
        8,
        channels,
        orientation,
        SourceColours.of(profile, channels),
        file,
        simple(alone),
        0);
  }

  private static byte[] simple(byte[] chunk) {
    int padded = chunk.length + (chunk.length & 1);
    return ByteBuffer.allocate(12 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {'R', 'I', 'F', 'F'})
        .putInt(4 + padded)
        .put(new byte[] {'W', 'E', 'B', 'P'})
        .put(chunk)
        .array();
  }

  private static Images.Size size(int width, int height) throws IOException {
    ImageHeader.checkSize(width, height);
    return new Images.Size(width, height);
  }
}
