package io.seamark.imaging;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an image file says of itself, read without decoding it, after its structure was checked from
 * the first byte to the last: a file that ends in the middle is refused here, where decoders would
 * fill the rest with grey.
 *
 * @param format of the file
 * @param width in pixels as stored, before the orientation
 * @param height likewise
 * @param bitDepth of a channel
 * @param channels what they mean
 * @param orientation 1 to 8, see {@link Orientation}
 * @param colours how its values become sRGB
 * @param stored the file without what its picture does not need
 * @param decodable what its decoder is to read
 * @param dataEnd where the picture's data end in that, or 0 if its decoder sees to it
 */
@SuppressWarnings("ArrayRecordComponent")
record ImageHeader(
    Format format,
    int width,
    int height,
    int bitDepth,
    Channels channels,
    int orientation,
    SourceColours colours,
    byte[] stored,
    byte[] decodable,
    int dataEnd) {
  /** Metadata of a file that are kept as they are, in bytes; with more, all go. */
  static final int KEPT_METADATA = 16 << 10;

  /** Largest colour profile that is read, in bytes. */
  static final int MAX_PROFILE = 4 << 20;

  /** Starts of files of other kinds, which are refused by their names. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "GIF87a", "GIF",
          "GIF89a", "GIF",
          "\0\0\0\fjP  \r\n\u0087\n", "JPEG 2000",
          "\u00ffO\u00ffQ", "JPEG 2000",
          "\u00ff\n", "JPEG XL",
          "\0\0\0\fJXL \r\n\u0087\n", "JPEG XL",
          "8BPS", "Photoshop",
          "%PDF", "PDF",
          "v/1\u0001", "OpenEXR",
          "BM", "BMP");

  /** Reads a JPEG or PNG file, which are what travels between machines. */
  static ImageHeader read(byte[] file) throws IOException {
    Format format = format(file);
    if (format == Format.JPEG) {
      return JpegFile.read(file);
    }
    if (format == Format.PNG) {
      return PngFile.read(file);
    }
    if (format != null) {
      throw new IOException("neither a JPEG nor a PNG file, but " + format.text());
    }
    throw unknown(file, "neither a JPEG nor a PNG file");
  }

  /** Reads a file of any kind. */
  static ImageHeader readAny(byte[] file) throws IOException {
    Format format = format(file);
    if (format == Format.WEBP) {
      return WebpFile.read(file);
    }
    if (format == Format.TIFF) {
      return TiffFile.read(file);
    }
    if (format == null) {
      throw unknown(file, "no JPEG, PNG, WebP or TIFF file");
    }
    return read(file);
  }

  private static @Nullable Format format(byte[] file) throws IOException {
    if (file.length == 0) {
      throw new IOException("the file is empty");
    }
    Bytes b = Bytes.bigEndian(file);
    if (b.has(0, "\u00ff\u00d8\u00ff")) {
      return Format.JPEG;
    }
    if (b.has(0, "\u0089PNG\r\n\u001a\n")) {
      return Format.PNG;
    }
    if (b.has(0, "RIFF") && b.has(8, "WEBP")) {
      return Format.WEBP;
    }
    if (b.has(0, "II*\0") || b.has(0, "MM\0*") || b.has(0, "II+\0") || b.has(0, "MM\0+")) {
      return Format.TIFF;
    }
    return null;
  }

  private static IOException unknown(byte[] file, String what) {
    Bytes b = Bytes.bigEndian(file);
    for (Map.Entry<String, String> other : OTHERS.entrySet()) {
      if (b.has(0, other.getKey())) {
        return new IOException(what + ", but " + other.getValue());
      }
    }
    if (b.has(4, "ftyp")) {
      return new IOException(what + ", but HEIF, AVIF or a film");
    }
    return new IOException(what);
  }

  /** Refuses a size that no image may have, before anything of that size is made. */
  static void checkSize(long width, long height) throws IOException {
    if (width < 1 || height < 1) {
      throw new IOException(
          String.format(Locale.ROOT, "the header says %dx%d pixels", width, height));
    }
    if (Math.max(width, height) > Images.MAX_SIDE || width * height > Images.MAX_PIXELS) {
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

  /** The size of the picture as it is to be seen. */
  Images.Size size() {
    return Orientation.turns(orientation)
        ? new Images.Size(height, width)
        : new Images.Size(width, height);
  }
}
