package io.seamark.imaging;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The codecs: the JDK's own for JPEG and PNG, a library's for WebP and TIFF. They are named and not
 * looked up, since what a look-up finds depends on the class path and who asks first.
 */
final class Decoder {
  private static final String JDK = "com.sun.imageio.plugins.";

  /** Longest stretch of a picture's data that its decoder may leave unread, in bytes. */
  private static final int UNREAD = 8 << 10;

  private static final Pattern EXTRANEOUS =
      Pattern.compile("Corrupt JPEG data: ([0-9]+) extraneous bytes .*");

  private Decoder() {}

  /**
   * What a decoder makes of a file.
   *
   * @param raster its values
   * @param palette their colours, or null where they are colours themselves
   */
  record Decoded(Raster raster, @Nullable IndexColorModel palette) {}

  static Decoded decode(ImageHeader header) throws IOException {
    String format = header.format().text();
    ImageReader reader = reader(header.format());
    String[] damage = {null};
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (damages(warning)) {
            damage[0] = warning;
          }
        });
    try (ImageInputStream in = new FileStream(header.decodable())) {
      reader.setInput(in, true, true);
      Decoded decoded;
      if (header.channels().inks()) {
        decoded = new Decoded(reader.readRaster(0, null), null);
      } else {
        BufferedImage image = reader.read(0);
        IndexColorModel palette =
            image.getColorModel() instanceof IndexColorModel colours ? colours : null;
        decoded = new Decoded(image.getRaster(), palette);
      }
      long unread = header.dataEnd() - in.getStreamPosition();
      if (unread > UNREAD) {
        throw new IOException(unread + " bytes of picture data after its last row");
      }
      Raster raster = decoded.raster();
      if (raster.getWidth() != header.width() || raster.getHeight() != header.height()) {
        throw new IOException("its headers disagree about its size");
      }
      if (damage[0] != null) {
        throw new IOException(damage[0]);
      }
      return decoded;
    } catch (EOFException e) {
      throw new IOException("damaged " + format + ": its picture data end in the middle", e);
    } catch (IIOException e) {
      throw new IOException("cannot decode " + format + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException("damaged " + format + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      // ImageIO's readers answer some malformed files with unchecked exceptions.
      throw new IOException("damaged " + format + ": " + e, e);
    } finally {
      reader.dispose();
    }
  }

  /** The JPEG library reports damage that it papers over, and harmless padding, this way. */
  private static boolean damages(String warning) {
    Matcher padding = EXTRANEOUS.matcher(warning);
    if (padding.matches()) {
      return padding.group(1).length() > 6 || Integer.parseInt(padding.group(1)) > UNREAD;
    }
    return warning.contains("Corrupt") || warning.contains("Premature");
  }

  private static ImageReader reader(Format format) throws IOException {
    return switch (format) {
      case WEBP -> new WebPImageReaderSpi().createReaderInstance(null);
      case TIFF -> new TIFFImageReaderSpi().createReaderInstance(null);
      default -> jdk(ImageReaderSpi.class, format, "ImageReaderSpi").createReaderInstance();
    };
  }

  /** The JDK's writer of JPEG or PNG. */
  static ImageWriter writer(Format format) {
    try {
      return jdk(ImageWriterSpi.class, format, "ImageWriterSpi").createWriterInstance();
    } catch (IOException e) {
      throw new IllegalStateException("this Java runtime cannot write " + format.text(), e);
    }
  }

  private static <T> T jdk(Class<T> kind, Format format, String suffix) throws IOException {
    String wanted = JDK + format.name().toLowerCase(Locale.ROOT) + "." + format + suffix;
    Iterator<T> found = IIORegistry.getDefaultInstance().getServiceProviders(kind, false);
    while (found.hasNext()) {
      T one = found.next();
      if (one.getClass().getName().equals(wanted)) {
        return one;
      }
    }
    throw new IOException("this Java runtime has no codec of its own for " + format.text());
  }
}
