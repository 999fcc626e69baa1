package io.seamark.imaging;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An ICC profile, brought to sRGB by the JDK's colour management. The last few are kept, since a
 * camera writes the same into every picture. A profile that means sRGB leaves pixels as they are.
 */
final class ColourProfile {
  private static final int KEPT = 4;

  /** Rounding of two colour engines; nobody sees it. */
  private static final int TOLERANCE = 3;

  private static final int STRIP = 1 << 14;

  private static final Map<ByteBuffer, ColourProfile> KNOWN =
      new LinkedHashMap<>(8, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, ColourProfile> eldest) {
          return size() > KEPT;
        }
      };

  private final ColorConvertOp conversion;
  private final int channels;
  private final boolean srgb;

  private ColourProfile(byte[] icc) throws IOException {
    try {
      ICC_Profile profile = ICC_Profile.getInstance(icc);
      channels = profile.getNumComponents();
      conversion =
          new ColorConvertOp(
              new ICC_Profile[] {profile, ICC_Profile.getInstance(ColorSpace.CS_sRGB)}, null);
    } catch (IllegalArgumentException | CMMException e) {
      throw broken(e);
    }
    srgb = channels == 3 && changesNothing();
  }

  /**
   * Reads a profile.
   *
   * @throws IOException if it is broken
   */
  static ColourProfile of(byte[] icc) throws IOException {
    ByteBuffer key = ByteBuffer.wrap(icc);
    synchronized (KNOWN) {
      ColourProfile known = KNOWN.get(key);
      if (known == null) {
        known = new ColourProfile(icc);
        KNOWN.put(key, known);
      }
      return known;
    }
  }

  private static IOException broken(RuntimeException e) {
    return new IOException("its colour profile is broken: " + e.getMessage(), e);
  }

  private boolean changesNothing() throws IOException {
    byte[] probe = new byte[3 * 9 * 9 * 9];
    for (int i = 0; i < probe.length; i += 3) {
      int n = i / 3;
      probe[i] = (byte) Math.min(255, 32 * (n / 81));
      probe[i + 1] = (byte) Math.min(255, 32 * (n / 9 % 9));
      probe[i + 2] = (byte) Math.min(255, 32 * (n % 9));
    }
    byte[] out = converted(probe);
    for (int i = 0; i < probe.length; i++) {
      if (Math.abs((probe[i] & 0xFF) - (out[i] & 0xFF)) > TOLERANCE) {
        return false;
      }
    }
    return true;
  }

  void toSrgb(byte[] rgb) throws IOException {
    if (srgb) {
      return;
    }
    if (channels == 1) {
      byte[] ramp = new byte[256];
      for (int v = 0; v < ramp.length; v++) {
        ramp[v] = (byte) v;
      }
      byte[] shades = converted(ramp);
      for (int i = 0; i < rgb.length; i += 3) {
        System.arraycopy(shades, 3 * (rgb[i] & 0xFF), rgb, i, 3);
      }
      return;
    }
    for (int at = 0; at < rgb.length; at += 3 * STRIP) {
      byte[] strip = Arrays.copyOfRange(rgb, at, Math.min(rgb.length, at + 3 * STRIP));
      System.arraycopy(converted(strip), 0, rgb, at, strip.length);
    }
  }

  byte[] inksToSrgb(byte[] inks) throws IOException {
    byte[] rgb = new byte[inks.length / 4 * 3];
    for (int at = 0; at < inks.length; at += 4 * STRIP) {
      byte[] strip = Arrays.copyOfRange(inks, at, Math.min(inks.length, at + 4 * STRIP));
      System.arraycopy(converted(strip), 0, rgb, at / 4 * 3, strip.length / 4 * 3);
    }
    return rgb;
  }

  /** Two threads may not convert at once: the operation keeps its state. */
  private synchronized byte[] converted(byte[] from) throws IOException {
    int pixels = from.length / channels;
    byte[] to = new byte[3 * pixels];
    try {
      conversion.filter(raster(from, pixels, channels), raster(to, pixels, 3));
    } catch (IllegalArgumentException | CMMException e) {
      throw broken(e);
    }
    return to;
  }

  private static WritableRaster raster(byte[] values, int pixels, int channels) {
    int[] offsets = new int[channels];
    for (int c = 0; c < channels; c++) {
      offsets[c] = c;
    }
    return Raster.createInterleavedRaster(
        new DataBufferByte(values, values.length),
        pixels,
        1,
        channels * pixels,
        channels,
        offsets,
        null);
  }
}
