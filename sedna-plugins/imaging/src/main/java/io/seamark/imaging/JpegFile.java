package io.seamark.imaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JPEG's structure (ITU-T T.81) with its markers of JFIF, EXIF, ICC and Adobe. What the colours
 * are is decided here, by the rules of the reference implementation, and told to the decoder in
 * markers that leave it nothing to guess: the JDK's guesses otherwise.
 */
final class JpegFile {
  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;
  private static final int APP14 = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COM = 0xFE;
  private static final int SOS = 0xDA;
  private static final int EOI = 0xD9;
  private static final String ICC = "ICC_PROFILE\0";
  private static final String EXIF = "Exif\0\0";

  /** More bytes of tables and headers than any encoder writes. */
  private static final int MAX_TABLES = 256 << 10;

  /** More scans than any encoder writes; each costs the decoder a pass over all pixels. */
  private static final int MAX_SCANS = 100;

  /** More stretches of metadata and fill bytes than any encoder writes; each is remembered. */
  private static final int MAX_SPARE = 65_536;

  /** Parts of a profile, which are numbered with a byte. */
  private static final int MAX_PARTS = 255;

  private static final byte[] JFIF_SEGMENT = {
    (byte) 0xFF, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  /** Processes other than baseline and progressive Huffman coding, by their frame marker. */
  private static final Map<Integer, String> OTHERS =
      Map.of(
          0xC3, "lossless",
          0xC5, "hierarchical",
          0xC6, "hierarchical",
          0xC7, "hierarchical lossless",
          0xC9, "arithmetic-coded",
          0xCA, "arithmetic-coded progressive",
          0xCB, "arithmetic-coded lossless",
          0xCD, "arithmetic-coded hierarchical",
          0xCE, "arithmetic-coded hierarchical",
          0xCF, "arithmetic-coded hierarchical");

  /** A stretch of the file. */
  private record Span(int from, int to) {
    int length() {
      return to - from;
    }
  }

  private final byte[] file;
  private final Bytes b;

  /** What decoding does not need, in the file's order. */
  private final List<Span> spare = new ArrayList<>();

  private final List<Span> profile = new ArrayList<>();
  private int width;
  private int height;
  private int[] ids = {};
  private int blocks;
  private int scans;
  private long picture;
  private long tables;
  private boolean jfif;
  private int adobe = -1;
  private @Nullable Integer orientation;

  private JpegFile(byte[] file) {
    this.file = file;
    this.b = Bytes.bigEndian(file);
  }

  static ImageHeader read(byte[] file) throws IOException {
    return new JpegFile(file).header();
  }

  private ImageHeader header() throws IOException {
    int end = walk();
    Channels channels = channels();
    int turned = orientation == null ? Orientation.NONE : orientation;
    byte[] icc = icc();
    byte[] whole = end == file.length ? file : Arrays.copyOf(file, end);
    byte[] markers = markers(channels);
    byte[] kept = kept(markers, turned);
    int removable = spare.stream().mapToInt(Span::length).sum() - kept.length;
    byte[] stored = removable > ImageHeader.KEPT_METADATA ? without(end, kept) : whole;
    boolean plain =
        icc == null
            && ((channels == Channels.GREY && adobe < 0)
                || (channels == Channels.YCC && jfif && adobe < 0));
    return new ImageHeader(
        Format.JPEG,
        width,
        height,
        8,
        channels,
        turned,
        SourceColours.of(icc, channels),
        stored,
        plain ? stored : without(end, markers),
        0);
  }

  /** Reads all segments and gives where the file ends. */
  private int walk() throws IOException {
    int at = 2;
    while (true) {
      if (at + 1 >= file.length) {
        throw b.cut("JPEG");
      }
      if (b.u8(at) != 0xFF) {
        if (scans == 0) {
          throw new IOException("damaged JPEG: no marker at byte " + at);
        }
        at++;
        picture(1);
        continue;
      }
      int marker = b.u8(at + 1);
      if (marker == 0xFF) {
        // A marker may be preceded by any number of fill bytes.
        int from = at;
        while (at + 1 < file.length && b.u8(at + 1) == 0xFF) {
          at++;
        }
        spare(from, at);
      } else if (marker == EOI) {
        if (ids.length == 0 || scans == 0) {
          throw new IOException("damaged JPEG: it ends before any picture data");
        }
        return at + 2;
      } else if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        // Stuffed bytes and restart markers of picture data have no length.
        at += 2;
        picture(2);
      } else {
        if (at + 4 > file.length) {
          throw b.cut("JPEG");
        }
        int length = b.u16(at + 2);
        if (length < 2) {
          throw new IOException("damaged JPEG: a segment of " + length + " bytes");
        }
        if (at + 2 + length > file.length) {
          throw b.cut("JPEG");
        }
        segment(marker, at, at + 2 + length);
        if (tables > MAX_TABLES) {
          throw new IOException("damaged JPEG: more than " + MAX_TABLES + " bytes of tables");
        }
        at += 2 + length;
      }
    }
  }

  private void picture(int bytes) throws IOException {
    picture += bytes;
    // What 64 coefficients of 11 bits and their codes can take, twice over.
    long most = 65_536 + 512L * blocks;
    if (picture > most) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "damaged JPEG: more than %d bytes of picture data for %dx%d",
              most,
              width,
              height));
    }
  }

  private void spare(int from, int to) throws IOException {
    int last = spare.size() - 1;
    if (last >= 0 && spare.get(last).to() == from) {
      spare.set(last, new Span(spare.get(last).from(), to));
    } else if (last + 1 < MAX_SPARE) {
      spare.add(new Span(from, to));
    } else {
      throw new IOException(
          "more than "
              + MAX_SPARE
              + " stretches of metadata and fill bytes in one JPEG are not"
              + " read");
    }
  }

  private void segment(int marker, int at, int end) throws IOException {
    int body = at + 4;
    if ((marker >= APP0 && marker <= APP15) || marker == COM) {
      spare(at, end);
      if (marker == APP0 && end - body >= 14 && b.has(body, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP1 && orientation == null && b.has(body, EXIF)) {
        orientation = Orientation.of(file, Math.min(end, body + EXIF.length()), end);
      } else if (marker == APP2 && end - body >= ICC.length() + 2 && b.has(body, ICC)) {
        if (profile.size() == MAX_PARTS) {
          throw brokenProfile();
        }
        profile.add(new Span(at, end));
      } else if (marker == APP14 && end - body >= 12 && b.has(body, "Adobe")) {
        adobe = b.u8(body + 11);
      }
      return;
    }
    tables += end - at;
    if (marker == SOS) {
      if (++scans > MAX_SCANS) {
        throw new IOException("more than " + MAX_SCANS + " scans in one JPEG are not read");
      }
    } else if (OTHERS.containsKey(marker)) {
      throw new IOException(
          OTHERS.get(marker) + " JPEG is not read, only baseline and progressive");
    } else if (marker >= 0xC0 && marker <= 0xC2) {
      frame(body, end);
    }
  }

  private void frame(int at, int end) throws IOException {
    if (ids.length > 0) {
      throw new IOException("damaged JPEG: two frame headers");
    }
    if (end - at < 6 || end - at < 6 + 3 * b.u8(at + 5)) {
      throw new IOException("damaged JPEG: a frame header of " + (end - at + 2) + " bytes");
    }
    height = b.u16(at + 1);
    width = b.u16(at + 3);
    ImageHeader.checkSize(width, height);
    if (b.u8(at) != 8) {
      throw new IOException("JPEG of " + b.u8(at) + " bits a channel is not read, only of 8");
    }
    ids = new int[b.u8(at + 5)];
    int largest = 1;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = b.u8(at + 6 + 3 * i);
      int sampling = b.u8(at + 7 + 3 * i);
      largest = Math.max(largest, Math.max(sampling >> 4, sampling & 15));
    }
    int side = 8 * Math.min(largest, 4);
    blocks =
        ids.length * (int) units(width, side) * (int) units(height, side) * (side / 8) * (side / 8);
  }

  private static long units(int length, int side) {
    return (length + side - 1L) / side;
  }

  /** The rules of libjpeg's jdapimin.c. */
  private Channels channels() throws IOException {
    return switch (ids.length) {
      case 1 -> Channels.GREY;
      case 3 -> ofThree();
      case 4 -> adobe <= 0 ? Channels.CMYK : adobe == 2 ? Channels.YCCK : unknown();
      default ->
          throw new IOException(
              "JPEG of " + ids.length + " channels is not read, only of 1, 3 or 4");
    };
  }

  private Channels ofThree() throws IOException {
    if (jfif || adobe == 1) {
      return Channels.YCC;
    }
    if (adobe >= 0) {
      return adobe == 0 ? Channels.RGB : unknown();
    }
    return ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B' ? Channels.RGB : Channels.YCC;
  }

  private Channels unknown() throws IOException {
    throw new IOException(
        "damaged JPEG: its Adobe marker says colour transform "
            + adobe
            + " for "
            + ids.length
            + " channels");
  }

  /** Puts the parts of the profile together (ICC.1:2022, B.4), or null if there are none. */
  private byte @Nullable [] icc() throws IOException {
    if (profile.isEmpty()) {
      return null;
    }
    int head = 4 + ICC.length() + 2;
    int count = b.u8(profile.get(0).from() + head - 1);
    @Nullable Span[] parts = new Span[count];
    for (Span part : profile) {
      int number = b.u8(part.from() + head - 2);
      if (number < 1 || number > count || parts[number - 1] != null) {
        throw brokenProfile();
      }
      parts[number - 1] = part;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (Span part : parts) {
      if (part == null || whole.size() > ImageHeader.MAX_PROFILE) {
        throw brokenProfile();
      }
      whole.write(file, part.from() + head, part.length() - head);
    }
    return whole.toByteArray();
  }

  private static IOException brokenProfile() {
    return new IOException(
        "its colour profile is broken: parts of it are missing or it is too large");
  }

  /** The segments that say what the channels are. */
  private static byte[] markers(Channels channels) {
    return switch (channels) {
      case RGB, CMYK -> adobe(0);
      case YCCK -> adobe(2);
      default -> JFIF_SEGMENT;
    };
  }

  private static byte[] adobe(int transform) {
    return new byte[] {
      (byte) 0xFF,
      (byte) APP14,
      0,
      14,
      'A',
      'd',
      'o',
      'b',
      'e',
      0,
      100,
      0,
      0,
      0,
      0,
      (byte) transform
    };
  }

  /** The same with orientation and profile. */
  private byte[] kept(byte[] markers, int turned) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(markers);
    if (turned != Orientation.NONE) {
      byte[] block = Orientation.block(turned);
      int length = 2 + EXIF.length() + block.length;
      out.writeBytes(new byte[] {(byte) 0xFF, (byte) APP1, 0, (byte) length});
      out.writeBytes(new byte[] {'E', 'x', 'i', 'f', 0, 0});
      out.writeBytes(block);
    }
    for (Span part : profile) {
      out.write(file, part.from(), part.length());
    }
    return out.toByteArray();
  }

  private byte[] without(int end, byte[] instead) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end);
    out.write(file, 0, 2);
    out.writeBytes(instead);
    int at = 2;
    for (Span span : spare) {
      out.write(file, at, span.from() - at);
      at = span.to();
    }
    out.write(file, at, end - at);
    return out.toByteArray();
  }
}
