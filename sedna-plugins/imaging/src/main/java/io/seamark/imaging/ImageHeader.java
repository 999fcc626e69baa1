package io.seamark.imaging;

import io.seamark.perception.EncodedImage;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * What an image file says of itself, read without decoding it, after its structure was checked from
 * the first byte to the last: a JPEG that ends before its end-of-image marker or a PNG that ends
 * before its IEND chunk is refused here, where decoders would fill the rest with grey.
 */
record ImageHeader(String mediaType, int width, int height, int bitDepth, int colourType) {
  private static final int PNG_IHDR = 0x49484452;
  private static final int PNG_IDAT = 0x49444154;
  private static final int PNG_IEND = 0x49454E44;

  static ImageHeader read(byte[] file) throws IOException {
    ImageHeader header;
    if (file.length >= 3 && u8(file, 0) == 0xFF && u8(file, 1) == 0xD8 && u8(file, 2) == 0xFF) {
      header = jpeg(file);
    } else if (file.length >= 8 && i32(file, 0) == 0x89504E47 && i32(file, 4) == 0x0D0A1A0A) {
      header = png(file);
    } else if (file.length == 0) {
      throw new IOException("the file is empty");
    } else {
      throw new IOException("neither a JPEG nor a PNG file");
    }
    return header;
  }

  private void check() throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException(
          String.format(Locale.ROOT, "the header says %dx%d pixels", width, height));
    }
    if ((long) width * height > Images.MAX_PIXELS || Math.max(width, height) > Images.MAX_SIDE) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the header says %dx%d pixels, but at most %d megapixels and %d a side are accepted",
              width,
              height,
              Images.MAX_PIXELS / 1_000_000,
              Images.MAX_SIDE));
    }
  }

  private static ImageHeader jpeg(byte[] file) throws IOException {
    ImageHeader header = null;
    int at = 2;
    boolean scanned = false;
    while (true) {
      // A marker may be preceded by any number of fill bytes.
      if (at + 1 >= file.length) {
        throw cut("JPEG", file);
      }
      if (u8(file, at) != 0xFF) {
        if (!scanned) {
          throw new IOException("damaged JPEG: no marker at byte " + at);
        }
        at++;
        continue;
      }
      int marker = u8(file, at + 1);
      if (marker == 0xFF) {
        at++;
      } else if (marker == 0xD9) {
        if (header == null || !scanned) {
          throw new IOException("damaged JPEG: it ends before any picture data");
        }
        return header;
      } else if (marker == 0 || marker == 1 || marker >= 0xD0 && marker <= 0xD8) {
        // Stuffed bytes and restart markers of picture data have no length.
        at += 2;
      } else {
        if (at + 4 > file.length) {
          throw cut("JPEG", file);
        }
        int length = u16(file, at + 2);
        if (length < 2) {
          throw new IOException("damaged JPEG: a segment of " + length + " bytes");
        }
        if (at + 2 + length > file.length) {
          throw cut("JPEG", file);
        }
        boolean frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame && header == null) {
          if (length < 8) {
            throw new IOException("damaged JPEG: a frame header of " + length + " bytes");
          }
          header =
              new ImageHeader(
                  EncodedImage.JPEG,
                  u16(file, at + 7),
                  u16(file, at + 5),
                  u8(file, at + 4),
                  u8(file, at + 9));
          header.check();
        }
        scanned |= marker == 0xDA;
        at += 2 + length;
      }
    }
  }

  private static ImageHeader png(byte[] file) throws IOException {
    ImageHeader header = null;
    boolean data = false;
    int at = 8;
    CRC32 crc = new CRC32();
    while (true) {
      if (file.length - at < 12) {
        throw cut("PNG", file);
      }
      int length = i32(file, at);
      int type = i32(file, at + 4);
      if (header == null) {
        if (type != PNG_IHDR || length != 13 || file.length < 33) {
          throw new IOException("damaged PNG: it does not start with its header");
        }
        header =
            new ImageHeader(
                EncodedImage.PNG, i32(file, 16), i32(file, 20), u8(file, 24), u8(file, 25));
        header.check();
      }
      if (length < 0 || length > file.length - at - 12) {
        throw cut("PNG", file);
      }
      crc.reset();
      crc.update(file, at + 4, length + 4);
      if ((int) crc.getValue() != i32(file, at + 8 + length)) {
        throw new IOException("damaged PNG: wrong checksum in the chunk at byte " + at);
      }
      data |= type == PNG_IDAT;
      if (type == PNG_IEND) {
        if (!data) {
          throw new IOException("damaged PNG: it ends before any picture data");
        }
        return header;
      }
      at += 12 + length;
    }
  }

  private static IOException cut(String format, byte[] file) {
    return new IOException(
        "truncated " + format + ": the file ends in the middle, after " + file.length + " bytes");
  }

  private static int u8(byte[] b, int at) {
    return b[at] & 0xFF;
  }

  private static int u16(byte[] b, int at) {
    return u8(b, at) << 8 | u8(b, at + 1);
  }

  private static int i32(byte[] b, int at) {
    return u16(b, at) << 16 | u16(b, at + 2);
  }
}
