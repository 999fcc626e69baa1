package io.seamark.imaging;

import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Image files to and from frames, depth images and class maps. Every reading method refuses, with
 * an {@link IOException} that says why in one line, what is of another kind, what its header
 * declares larger than {@link #MAX_PIXELS} or {@link #MAX_SIDE}, and what is damaged or cut short.
 * All methods may be called from several threads at once.
 *
 * <p>A picture is read as it is to be seen: turned as its EXIF block says (a block that is broken
 * or says something else than 1 to 8 turns nothing), and in sRGB. An embedded ICC profile is
 * applied, and so is PNG's gamma where there is neither profile nor sRGB chunk; one that cannot be
 * used, or PNG primaries without a profile, refuses the picture. Inks (CMYK, YCCK; in JPEG, stored
 * inverted as Adobe does) become RGB by their profile or, without one, as ideal inks. Grey becomes
 * RGB. Transparency is dropped: a pixel has the colour that is stored for it, however transparent
 * it is. 16 bits become 8 by rounding. Of several pictures in a file the first is read (in an
 * animated PNG the default one); animated WebP is refused.
 */
public final class Images {
  /** Most pixels that an image may have. */
  public static final int MAX_PIXELS = 40_000_000;

  /** Most pixels that an image may have along one side. */
  public static final int MAX_SIDE = 16_384;

  private Images() {}

  /**
   * Decodes a picture that may have come from another machine.
   *
   * @param file a whole JPEG or PNG file
   * @return its pixels, without depth
   * @throws IOException if it cannot be decoded whole
   */
  public static Frame decodeFrame(byte[] file) throws IOException {
    return frame(ImageHeader.read(file));
  }

  /**
   * A picture with the file that can be sent on in its place.
   *
   * @param frame its pixels, without depth
   * @param encoded what {@link #encoded} makes of the file, or null if it is neither JPEG nor PNG
   */
  public record Picture(Frame frame, @Nullable EncodedImage encoded) {}

  /**
   * Decodes a picture of a person's own.
   *
   * @param file a whole JPEG, PNG, WebP or TIFF file
   * @return the picture
   * @throws IOException if it cannot be decoded whole
   */
  public static Picture read(byte[] file) throws IOException {
    ImageHeader header = ImageHeader.readAny(file);
    return new Picture(frame(header), sendable(header) ? encoded(header) : null);
  }

  /**
   * The size of a picture in pixels, as it is to be seen.
   *
   * @param width 1 to {@link #MAX_SIDE}
   * @param height 1 to {@link #MAX_SIDE}
   */
  public record Size(int width, int height) {}

  /**
   * Reads an image's size without decoding its pixels, so that it can be refused for little.
   *
   * @param file a whole JPEG or PNG file
   * @return its size, after the orientation
   * @throws IOException as {@link #encoded}
   */
  public static Size size(byte[] file) throws IOException {
    return ImageHeader.read(file).size();
  }

  /**
   * Reads the size of a picture of a person's own likewise.
   *
   * @param file a whole JPEG, PNG, WebP or TIFF file
   * @return its size, after the orientation
   * @throws IOException as {@link #read}, except for damage that only decoding can find
   */
  public static Size readSize(byte[] file) throws IOException {
    return ImageHeader.readAny(file).size();
  }

  /**
   * The kind and bytes of an image file, checked by its header and structure but not decoded. Bytes
   * after the picture's end are left out. Where metadata that the picture does not need (comments,
   * XMP, thumbnails and the like) take more than 16 KiB, they are all left out; orientation and
   * colour profile stay.
   *
   * @param file a whole JPEG or PNG file
   * @return the file with its media type, the same array where nothing is left out
   * @throws IOException as {@link #decodeFrame}, except for damage that only decoding can find
   */
  public static EncodedImage encoded(byte[] file) throws IOException {
    return encoded(ImageHeader.read(file));
  }

  private static EncodedImage encoded(ImageHeader header) {
    return new EncodedImage(
        header.format() == Format.JPEG ? EncodedImage.JPEG : EncodedImage.PNG, header.stored());
  }

  private static boolean sendable(ImageHeader header) {
    return header.format() == Format.JPEG || header.format() == Format.PNG;
  }

  /**
   * Adds a depth image of 8 bits to a frame.
   *
   * @param rgb a frame
   * @param depthPng a grey PNG of the frame's size, whose values are what the network reads
   * @return the frame with that depth
   * @throws IOException as {@link #withDepth(Frame, byte[], DepthScale)}
   */
  public static Frame withDepth(Frame rgb, byte[] depthPng) throws IOException {
    return withDepth(rgb, depthPng, DepthScale.AS_STORED);
  }

  /**
   * Adds a depth image to a frame.
   *
   * @param rgb a frame
   * @param depthPng a grey PNG of the frame's size
   * @param scale what its values mean
   * @return the frame with that depth
   * @throws IOException if it cannot be decoded, is not grey, is of another size, or has 16 bits
   *     and no scale
   */
  public static Frame withDepth(Frame rgb, byte[] depthPng, DepthScale scale) throws IOException {
    ImageHeader header = png(depthPng, "a depth image");
    if (header.channels() != Channels.GREY) {
      throw new IOException("a depth image must be a grey PNG, but this one has colours");
    }
    Size size = header.size();
    if (size.width() != rgb.width() || size.height() != rgb.height()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the depth image is %dx%d, but its frame is %dx%d",
              size.width(),
              size.height(),
              rgb.width(),
              rgb.height()));
    }
    if (header.bitDepth() == 16 && scale.equals(DepthScale.AS_STORED)) {
      throw new IOException(
          "the depth image has 16 bits, so what its values mean must be stated: depth.scale in"
              + " metres a unit (0.001 where they are millimetres), or cityscapes for Cityscapes's"
              + " disparity");
    }
    Raster raster = Decoder.decode(header).raster();
    boolean stored = header.bitDepth() <= 8 && !(scale instanceof DepthScale.Metres);
    int divisor = divisor(header, raster);
    byte[] depth = stored ? band(raster, divisor) : scaled(raster, divisor, scale);
    return new Frame(rgb.width(), rgb.height(), rgb.rgb(), turned(depth, header, 1));
  }

  private static byte[] scaled(Raster raster, int divisor, DepthScale scale) {
    int width = raster.getWidth();
    byte[] out = new byte[width * raster.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        out[y * width + x] = (byte) scale.disparity(row[x] / divisor);
      }
    }
    return out;
  }

  /**
   * Decodes a label.
   *
   * @param png a grey PNG of up to 8 bits or an indexed PNG; its raw values are the classes, the
   *     palette does not matter
   * @return the classes
   * @throws IOException if it cannot be decoded or has other pixels
   */
  public static ClassMap decodeClassMap(byte[] png) throws IOException {
    ImageHeader header = png(png, "a class map");
    boolean values = header.channels() == Channels.GREY || header.channels() == Channels.INDEXED;
    if (!values || header.bitDepth() > 8) {
      throw new IOException(
          "a class map must be a grey PNG of 8 bits or an indexed one, but this one has "
              + (header.bitDepth() > 8 ? "16 bits" : "colours or transparency"));
    }
    Raster raster = Decoder.decode(header).raster();
    byte[] classes = turned(band(raster, divisor(header, raster)), header, 1);
    return new ClassMap(header.size().width(), header.size().height(), classes);
  }

  /**
   * Encodes a class map without loss.
   *
   * @param map any
   * @return an 8-bit grey PNG whose values are the classes
   */
  public static byte[] encodeClassMap(ClassMap map) {
    return grey(map.width(), map.height(), map.classes());
  }

  /**
   * Encodes a frame's depth without loss.
   *
   * @param frame with depth
   * @return an 8-bit grey PNG
   * @throws IllegalArgumentException if the frame has no depth
   */
  public static byte[] encodeDepth(Frame frame) {
    byte[] depth = depthOrNull(frame);
    if (depth == null) {
      throw new IllegalArgumentException("the frame has no depth to encode");
    }
    return depth;
  }

  /**
   * Encodes a frame's depth without loss where it has one.
   *
   * @param frame any
   * @return an 8-bit grey PNG, or null if the frame has no depth
   */
  public static byte @Nullable [] depthOrNull(Frame frame) {
    byte[] depth = frame.depth();
    return depth == null ? null : grey(frame.width(), frame.height(), depth);
  }

  /**
   * Encodes a frame's RGB pixels.
   *
   * @param frame any; depth is left out
   * @param quality 0 (smallest) to 1 (best)
   * @return a JPEG file
   * @throws IllegalArgumentException if the quality is out of range
   */
  public static byte[] encodeJpeg(Frame frame, float quality) {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException("JPEG quality is " + quality + ", but must be 0 to 1");
    }
    return encode(Format.JPEG, bgr(frame), quality);
  }

  /**
   * Encodes a frame's RGB pixels without loss.
   *
   * @param frame any; depth is left out
   * @return a PNG file
   */
  public static byte[] encodePng(Frame frame) {
    return encode(Format.PNG, bgr(frame), Float.NaN);
  }

  /**
   * Scales a frame: each pixel is the mean of the area it covers where the frame shrinks, bilinear
   * where it grows; depth takes the nearest pixel, so that no distance between two things arises.
   *
   * @param frame any
   * @param width new width in pixels
   * @param height new height in pixels
   * @return a frame of that size, or this one if it has that size already
   */
  public static Frame resize(Frame frame, int width, int height) {
    if (frame.width() == width && frame.height() == height) {
      return frame;
    }
    byte[] depth = frame.depth();
    return frame(
        width,
        height,
        Scaling.smooth(frame.rgb(), frame.width(), frame.height(), width, height),
        depth == null
            ? null
            : Scaling.nearest(depth, frame.width(), frame.height(), width, height));
  }

  /**
   * Scales a class map by taking the nearest pixel.
   *
   * @param map any
   * @param width new width in pixels
   * @param height new height in pixels
   * @return a map of that size, or this one if it has that size already
   */
  public static ClassMap resize(ClassMap map, int width, int height) {
    if (map.width() == width && map.height() == height) {
      return map;
    }
    return new ClassMap(
        width, height, Scaling.nearest(map.classes(), map.width(), map.height(), width, height));
  }

  /** NullAway does not see the annotation of the record's last component in the class file. */
  @SuppressWarnings("NullAway")
  static Frame frame(int width, int height, byte[] rgb, byte @Nullable [] depth) {
    return new Frame(width, height, rgb, depth);
  }

  private static ImageHeader png(byte[] file, String what) throws IOException {
    ImageHeader header = ImageHeader.read(file);
    if (header.format() != Format.PNG) {
      throw new IOException(what + " must be a PNG, but this is a JPEG");
    }
    return header;
  }

  private static Frame frame(ImageHeader header) throws IOException {
    Decoder.Decoded decoded = Decoder.decode(header);
    byte[] rgb;
    if (header.channels().inks()) {
      rgb = header.colours().inksToSrgb(inks(decoded.raster(), header.channels()));
    } else {
      rgb = rgb(decoded);
      header.colours().toSrgb(rgb);
    }
    return frame(header.size().width(), header.size().height(), turned(rgb, header, 3), null);
  }

  private static byte[] turned(byte[] pixels, ImageHeader header, int channels) {
    return Orientation.apply(
        pixels, header.width(), header.height(), channels, header.orientation());
  }

  /** Four inks a pixel, 255 for the most of one; the file has them the other way round. */
  private static byte[] inks(Raster raster, Channels channels) {
    int width = raster.getWidth();
    byte[] out = new byte[4 * width * raster.getHeight()];
    int[] row = new int[4 * width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      int to = 4 * y * width;
      for (int i = 0; i < row.length; i += 4, to += 4) {
        if (channels == Channels.YCCK) {
          // As JFIF has it, for what the inks leave.
          int cb = row[i + 1] - 128;
          int cr = row[i + 2] - 128;
          out[to] = clamped(row[i] + 1.402 * cr);
          out[to + 1] = clamped(row[i] - 0.344136 * cb - 0.714136 * cr);
          out[to + 2] = clamped(row[i] + 1.772 * cb);
        } else {
          out[to] = (byte) (255 - row[i]);
          out[to + 1] = (byte) (255 - row[i + 1]);
          out[to + 2] = (byte) (255 - row[i + 2]);
        }
        out[to + 3] = (byte) (255 - row[i + 3]);
      }
    }
    return out;
  }

  private static byte clamped(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }

  private static byte[] rgb(Decoder.Decoded decoded) throws IOException {
    Raster raster = decoded.raster();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] out = new byte[3 * width * height];
    IndexColorModel palette = decoded.palette();
    if (palette != null) {
      int[] colours = new int[palette.getMapSize()];
      palette.getRGBs(colours);
      byte[] index = band(raster, 1);
      for (int i = 0; i < index.length; i++) {
        int colour = colours[Math.min(index[i] & 0xFF, colours.length - 1)];
        out[3 * i] = (byte) (colour >> 16);
        out[3 * i + 1] = (byte) (colour >> 8);
        out[3 * i + 2] = (byte) colour;
      }
      return out;
    }
    int bands = raster.getNumBands();
    if (bands == 0 || bands > 4) {
      throw new IOException("cannot use a picture of " + bands + " channels");
    }
    boolean grey = bands <= 2;
    if (!grey
        && raster.getDataBuffer() instanceof DataBufferByte data
        && data.getNumBanks() == 1
        && raster.getSampleModel() instanceof ComponentSampleModel model) {
      byte[] from = data.getData();
      int[] offset = model.getBandOffsets();
      int step = model.getPixelStride();
      for (int y = 0; y < height; y++) {
        int at = y * model.getScanlineStride();
        int to = 3 * y * width;
        for (int x = 0; x < width; x++, at += step, to += 3) {
          out[to] = from[at + offset[0]];
          out[to + 1] = from[at + offset[1]];
          out[to + 2] = from[at + offset[2]];
        }
      }
      return out;
    }
    int[] row = new int[bands * width];
    boolean wide = raster.getSampleModel().getSampleSize(0) == 16;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      int to = 3 * y * width;
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          int value = row[x * bands + (grey ? 0 : c)];
          out[to++] = (byte) (wide ? (value + 128) / 257 : value);
        }
      }
    }
    return out;
  }

  /**
   * What the decoder multiplied a grey PNG's samples by: where one shade is transparent, it makes 8
   * bits of fewer.
   */
  private static int divisor(ImageHeader header, Raster raster) {
    return header.channels() == Channels.GREY
            && header.bitDepth() < 8
            && raster.getSampleModel().getSampleSize(0) == 8
        ? 255 / ((1 << header.bitDepth()) - 1)
        : 1;
  }

  /** The raw values of the first channel, of up to 8 bits. */
  private static byte[] band(Raster raster, int divisor) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] out = new byte[width * height];
    if (divisor == 1
        && raster.getDataBuffer() instanceof DataBufferByte data
        && raster.getSampleModel() instanceof ComponentSampleModel model
        && model.getPixelStride() == 1
        && model.getScanlineStride() == width
        && data.getData().length == out.length) {
      return data.getData();
    }
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int x = 0; x < width; x++) {
        out[y * width + x] = (byte) (row[x] / divisor);
      }
    }
    return out;
  }

  private static BufferedImage bgr(Frame frame) {
    BufferedImage image =
        new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] to = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] from = frame.rgb();
    for (int i = 0; i < from.length; i += 3) {
      to[i] = from[i + 2];
      to[i + 1] = from[i + 1];
      to[i + 2] = from[i];
    }
    return image;
  }

  private static byte[] grey(int width, int height, byte[] values) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    byte[] to = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    System.arraycopy(values, 0, to, 0, values.length);
    return encode(Format.PNG, image, Float.NaN);
  }

  private static byte[] encode(Format format, BufferedImage image, float quality) {
    ImageWriter writer = Decoder.writer(format);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (!Float.isNaN(quality)) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(quality);
      }
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
