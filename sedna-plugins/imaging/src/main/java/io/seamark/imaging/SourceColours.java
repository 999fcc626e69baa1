package io.seamark.imaging;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a file's colour values mean: sRGB, unless it has a colour profile or, in PNG, a gamma that
 * say otherwise.
 */
final class SourceColours {
  /** Values that are what is wanted. */
  static final SourceColours SRGB = new SourceColours(null, 0, null);

  /** PNG writes 1/2.2 so; sRGB's own curve is within rounding of what is meant by it. */
  private static final double USUAL_GAMMA = 0.45455;

  private final byte @Nullable [] icc;
  private final double gamma;
  private final @Nullable String fault;

  private SourceColours(byte @Nullable [] icc, double gamma, @Nullable String fault) {
    this.icc = icc;
    this.gamma = gamma;
    this.fault = fault;
  }

  /** Values that cannot be made sRGB, for this reason. */
  static SourceColours unusable(String why) {
    return new SourceColours(null, 0, why);
  }

  /** Values of a profile, or sRGB without one. Grey may be described by a profile for RGB. */
  static SourceColours of(byte @Nullable [] icc, Channels channels) throws IOException {
    if (icc == null) {
      return SRGB;
    }
    // Bytes 16 to 19 of a profile are its colour space.
    Bytes b = Bytes.bigEndian(icc);
    boolean fits =
        channels.inks()
            ? b.has(16, "CMYK")
            : b.has(16, "RGB ") || (channels.grey() && b.has(16, "GRAY"));
    if (!fits) {
      throw new IOException(
          "its colour profile is broken or for other colours than its "
              + (channels.inks() ? "inks" : channels.grey() ? "grey" : "RGB"));
    }
    return new SourceColours(icc, 0, null);
  }

  /** Values that are light to the power of this many hundred-thousandths; 0 if unknown. */
  static SourceColours ofGamma(long hundredThousandths) {
    double gamma = hundredThousandths / 1e5;
    return gamma == 0 || Math.abs(gamma - USUAL_GAMMA) < 0.01
        ? SRGB
        : new SourceColours(null, gamma, null);
  }

  /**
   * Makes pixels sRGB in place.
   *
   * @param rgb three values a pixel
   * @throws IOException if the profile cannot be used
   */
  void toSrgb(byte[] rgb) throws IOException {
    if (fault != null) {
      throw new IOException(fault);
    }
    if (icc != null) {
      ColourProfile.of(icc).toSrgb(rgb);
    } else if (gamma != 0) {
      byte[] table = new byte[256];
      for (int v = 0; v < table.length; v++) {
        table[v] = (byte) Math.round(255 * encoded(Math.pow(v / 255.0, 1 / gamma)));
      }
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = table[rgb[i] & 0xFF];
      }
    }
  }

  /** The curve of IEC 61966-2-1. */
  private static double encoded(double light) {
    return light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
  }

  /**
   * Makes inks sRGB.
   *
   * @param inks four values a pixel, 255 for the most of an ink
   * @return three values a pixel; without a profile, what ideal inks leave of the light
   * @throws IOException if the profile cannot be used
   */
  byte[] inksToSrgb(byte[] inks) throws IOException {
    if (icc != null) {
      return ColourProfile.of(icc).inksToSrgb(inks);
    }
    byte[] rgb = new byte[inks.length / 4 * 3];
    for (int i = 0, to = 0; i < inks.length; i += 4) {
      int white = 255 - (inks[i + 3] & 0xFF);
      for (int c = 0; c < 3; c++) {
        rgb[to++] = (byte) (((255 - (inks[i + c] & 0xFF)) * white + 127) / 255);
      }
    }
    return rgb;
  }
}
