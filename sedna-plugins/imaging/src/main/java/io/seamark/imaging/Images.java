package io.seamark.imaging;

import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * JPEG and PNG files to and from frames, depth images and class maps. Every reading method refuses,
 * with an {@link IOException} that says why in one line, what is not JPEG or PNG, what its header
 * declares larger than {@link #MAX_PIXELS} or {@link #MAX_SIDE}, and what is damaged or cut short.
 * All methods may be called from several threads at once.
 */
public final class Images {
  /** Most pixels that an image may have. */
  public static final int MAX_PIXELS = 40_000_000;

  /** Most pixels that an image may have along one side. */
  public static final int MAX_SIDE = 16_384;

  private static final int GREY = 0;
  private static final int INDEXED = 3;

  private Images() {}

  /**
   * Decodes a picture. Grey becomes RGB, 16 bits become 8 by their upper byte, and transparency is
   * dropped.
   *
   * @param file a whole JPEG or PNG file
   * @return its pixels, without depth
   * @throws IOException if it cannot be decoded whole
   */
  public static Frame decodeFrame(byte[] file) throws IOException {
    ImageHeader header = ImageHeader.read(file);
    BufferedImage image = decode(file, header);
    return frame(image.getWidth(), image.getHeight(), rgb(image), null);
  }

  /**
   * The size of an image in pixels, as its header declares it.
   *
   * @param width 1 to {@link #MAX_SIDE}
   * @param height 1 to {@link #MAX_SIDE}
   */
  public record Size(int width, int height) {}

  /**
   * Reads an image's size without decoding its pixels, so that it can be refused for little.
   *
   * @param file a whole JPEG or PNG file
   * @return its size
   * @throws IOException as {@link #encoded}
   */
  public static Size size(byte[] file) throws IOException {
    ImageHeader header = ImageHeader.read(file);
    return new Size(header.width(), header.height());
  }

  /**
   * The kind and bytes of an image file, checked by its header and structure but not decoded.
   *
   * @param file a whole JPEG or PNG file
   * @return the file with its media type
   * @throws IOException as {@link #decodeFrame}, except for damage that only decoding can find
   */
  public static EncodedImage encoded(byte[] file) throws IOException {
    return new EncodedImage(ImageHeader.read(file).mediaType(), file);
  }

  /**
   * Adds a depth image to a frame.
   *
   * @param rgb a frame
   * @param depthPng a grey PNG of the frame's size; of 16 bits the upper 8 are taken
   * @return the frame with that depth
   * @throws IOException if it cannot be decoded, is not grey, or is of another size
   */
  public static Frame withDepth(Frame rgb, byte[] depthPng) throws IOException {
    ImageHeader header = png(depthPng, "a depth image");
    if (header.colourType() != GREY) {
      throw new IOException("a depth image must be a grey PNG, but this one has colours");
    }
    if (header.width() != rgb.width() || header.height() != rgb.height()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "the depth image is %dx%d, but its frame is %dx%d",
              header.width(),
              header.height(),
              rgb.width(),
              rgb.height()));
    }
    Raster raster = decode(depthPng, header).getRaster();
    byte[] depth = band(raster, header.bitDepth() == 16 ? 8 : 0);
    return new Frame(rgb.width(), rgb.height(), rgb.rgb(), depth);
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
    if (header.colourType() != GREY && header.colourType() != INDEXED || header.bitDepth() > 8) {
      throw new IOException(
          "a class map must be a grey PNG of 8 bits or an indexed one, but this one has "
              + (header.bitDepth() > 8 ? "16 bits" : "colours or transparency"));
    }
    Raster raster = decode(png, header).getRaster();
    return new ClassMap(header.width(), header.height(), band(raster, 0));
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
    return encode("jpeg", bgr(frame), quality);
  }

  /**
   * Encodes a frame's RGB pixels without loss.
   *
   * @param frame any; depth is left out
   * @return a PNG file
   */
  public static byte[] encodePng(Frame frame) {
    return encode("png", bgr(frame), Float.NaN);
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
    if (!header.mediaType().equals(EncodedImage.PNG)) {
      throw new IOException(what + " must be a PNG, but this is a JPEG");
    }
    return header;
  }

  private static BufferedImage decode(byte[] file, ImageHeader header) throws IOException {
    String format = header.mediaType().equals(EncodedImage.JPEG) ? "JPEG" : "PNG";
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new IOException("this Java runtime cannot read " + format + " files");
    }
    ImageReader reader = readers.next();
    String[] damage = {null};
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          // The JPEG library reports damage that it papers over, and harmless padding, this way.
          if (warning.contains("Corrupt") && !warning.contains("extraneous")
              || warning.contains("Premature")) {
            damage[0] = warning;
          }
        });
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      BufferedImage image = reader.read(0);
      if (damage[0] != null) {
        throw new IOException("damaged " + format + ": " + damage[0]);
      }
      if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
        throw new IOException("damaged " + format + ": its headers disagree about its size");
      }
      return image;
    } catch (RuntimeException e) {
      // ImageIO's readers answer some malformed files with unchecked exceptions.
      throw new IOException("damaged " + format + ": " + e, e);
    } catch (javax.imageio.IIOException e) {
      throw new IOException("cannot decode " + format + ": " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  private static byte[] rgb(BufferedImage image) throws IOException {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] out = new byte[3 * width * height];
    Raster raster = image.getRaster();
    if (image.getColorModel() instanceof IndexColorModel palette) {
      int[] colours = new int[palette.getMapSize()];
      palette.getRGBs(colours);
      byte[] index = band(raster, 0);
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
    int shift = raster.getSampleModel().getSampleSize(0) == 16 ? 8 : 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      int to = 3 * y * width;
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          out[to++] = (byte) (row[x * bands + (grey ? 0 : c)] >> shift);
        }
      }
    }
    return out;
  }

  /** The raw values of the first channel. */
  private static byte[] band(Raster raster, int shift) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] out = new byte[width * height];
    if (shift == 0
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
        out[y * width + x] = (byte) (row[x] >> shift);
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
    return encode("png", image, Float.NaN);
  }

  private static byte[] encode(String format, BufferedImage image, float quality) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
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
