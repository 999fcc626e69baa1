package io.seamark.imaging;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A PNG's structure (W3C, third edition), with what it says of colours and orientation. */
final class PngFile {
  /** Chunks beside the data that say what the values mean, and the most bytes of each. */
  private static final Map<String, Integer> NEEDED =
      Map.of(
          "IHDR", 13,
          "PLTE", 768,
          "tRNS", 256,
          "gAMA", 4,
          "cHRM", 32,
          "sRGB", 1,
          "cICP", 4,
          "iCCP", ImageHeader.MAX_PROFILE);

  private static final int CHUNK = 12;

  private final byte[] file;
  private final Bytes b;
  private final CRC32 crc = new CRC32();
  private final Set<String> seen = new HashSet<>();
  private int bitDepth;
  private Channels channels = Channels.GREY;
  private int orientation = Orientation.NONE;
  private long spare;
  private long data;
  private int dataEnd;
  private int dataChunks;
  private int profile;
  private int profileEnd;
  private boolean otherSpace;
  private long gamma;
  private boolean otherPrimaries;

  private PngFile(byte[] file) {
    this.file = file;
    this.b = Bytes.bigEndian(file);
  }

  static ImageHeader read(byte[] file) throws IOException {
    return new PngFile(file).header();
  }

  private ImageHeader header() throws IOException {
    if (file.length < 33) {
      throw b.cut("PNG");
    }
    if (!b.has(12, "IHDR") || b.i32(8) != 13) {
      throw new IOException("damaged PNG: it does not start with its header");
    }
    int width = (int) Math.min(Integer.MAX_VALUE, b.u32(16));
    int height = (int) Math.min(Integer.MAX_VALUE, b.u32(20));
    ImageHeader.checkSize(width, height);
    int end = walk();
    if (channels == Channels.INDEXED && !seen.contains("PLTE")) {
      throw new IOException("damaged PNG: it has no palette for its colours");
    }
    // Rows with their filter bytes; what deflate can add to them at worst; small pictures'
    // overhead.
    long row = ((long) width * channels.count() * bitDepth + 7) / 8 + 1;
    long most = row * height + 7L * height + row * height / 1000 + 65_536;
    if (data > most) {
      throw new IOException(
          "damaged PNG: " + data + " bytes of picture data for " + width + "x" + height);
    }
    byte[] whole = end == file.length ? file : Arrays.copyOf(file, end);
    // Chunks of 4 KiB and more, as libraries write them, are no overhead.
    long overhead = Math.max(0, (long) CHUNK * dataChunks - data / 256);
    byte[] stored = spare + overhead > ImageHeader.KEPT_METADATA ? rewritten(end) : whole;
    return new ImageHeader(
        Format.PNG,
        width,
        height,
        bitDepth,
        channels,
        orientation,
        colours(),
        stored,
        stored,
        dataEnd);
  }

  /** Reads all chunks and gives where the file ends. */
  private int walk() throws IOException {
    int at = 8;
    while (true) {
      if (file.length - at < CHUNK) {
        throw b.cut("PNG");
      }
      int length = b.i32(at);
      if (length < 0 || length > file.length - at - CHUNK) {
        throw b.cut("PNG");
      }
      crc.reset();
      crc.update(file, at + 4, length + 4);
      if ((int) crc.getValue() != b.i32(at + 8 + length)) {
        throw new IOException("damaged PNG: wrong checksum in the chunk at byte " + at);
      }
      String type = type(at);
      if (type.equals("IEND")) {
        if (data == 0) {
          throw new IOException("damaged PNG: it ends before any picture data");
        }
        if (length != 0) {
          throw new IOException("damaged PNG: its end chunk holds " + length + " bytes");
        }
        return at + CHUNK;
      }
      chunk(type, at, at + 8, length);
      at += CHUNK + length;
    }
  }

  private String type(int at) {
    return new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
  }

  private void chunk(String type, int chunk, int at, int length) throws IOException {
    Integer most = NEEDED.get(type);
    if (type.equals("IDAT")) {
      data += length;
      dataEnd = at + length;
      dataChunks++;
      return;
    }
    if (most == null) {
      if ((file[chunk + 4] & 0x20) == 0) {
        throw new IOException("PNG with the critical chunk '" + shown(type) + "' is not read");
      }
      if (type.equals("eXIf") && orientation == Orientation.NONE) {
        orientation = Orientation.of(file, at, at + length);
      }
      spare += CHUNK + length;
      return;
    }
    if (!seen.add(type)) {
      throw new IOException("damaged PNG: two " + type + " chunks");
    }
    if (length > most) {
      throw new IOException("damaged PNG: a " + type + " chunk of " + length + " bytes");
    }
    switch (type) {
      case "IHDR" -> start(at);
      // Primaries and transfer of sRGB, no matrix, full range.
      case "cICP" -> otherSpace = length != 4 || b.i32(at) != 0x010D0001;
      case "gAMA" -> gamma = length == 4 ? b.u32(at) : 0;
      case "cHRM" -> otherPrimaries = length != 32 || !sRgbPrimaries(at);
      case "iCCP" -> {
        profile = at;
        profileEnd = at + length;
      }
      default -> {
        // Palette and transparency are the decoder's.
      }
    }
  }

  private static String shown(String type) {
    return type.chars().allMatch(c -> c > ' ' && c < 127) ? type : "?";
  }

  private void start(int at) throws IOException {
    bitDepth = b.u8(at + 8);
    int colourType = b.u8(at + 9);
    boolean packed = bitDepth == 1 || bitDepth == 2 || bitDepth == 4;
    boolean whole = bitDepth == 8 || bitDepth == 16;
    boolean allowed =
        switch (colourType) {
          case 0 -> packed || whole;
          case 3 -> packed || bitDepth == 8;
          case 2, 4, 6 -> whole;
          default -> false;
        };
    if (!allowed) {
      throw new IOException(
          "damaged PNG: colour type " + colourType + " of " + bitDepth + " bits does not exist");
    }
    if (b.u8(at + 10) != 0 || b.u8(at + 11) != 0 || b.u8(at + 12) > 1) {
      throw new IOException("PNG with an unknown compression, filter or interlace is not read");
    }
    channels =
        switch (colourType) {
          case 0 -> Channels.GREY;
          case 2 -> Channels.RGB;
          case 3 -> Channels.INDEXED;
          case 4 -> Channels.GREY_ALPHA;
          default -> Channels.RGBA;
        };
  }

  /** White point, red, green and blue of sRGB, in hundred-thousandths. */
  private boolean sRgbPrimaries(int at) {
    int[] wanted = {31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
    for (int i = 0; i < wanted.length; i++) {
      if (Math.abs(b.u32(at + 4 * i) - wanted[i]) > 300) {
        return false;
      }
    }
    return true;
  }

  /** An earlier one counts more, as section 4.3 says. A label's or depth's values need none. */
  private SourceColours colours() {
    if (seen.contains("cICP")) {
      return otherSpace
          ? SourceColours.unusable("PNG in another colour space than sRGB (cICP) is not read")
          : SourceColours.SRGB;
    }
    if (seen.contains("iCCP")) {
      try {
        return SourceColours.of(inflated(profile, profileEnd), channels);
      } catch (IOException e) {
        return SourceColours.unusable(String.valueOf(e.getMessage()));
      }
    }
    if (seen.contains("sRGB")) {
      return SourceColours.SRGB;
    }
    return otherPrimaries && !channels.grey()
        ? SourceColours.unusable(
            "PNG with primaries other than sRGB's (cHRM) and no colour profile is not read")
        : SourceColours.ofGamma(gamma);
  }

  private byte[] inflated(int from, int to) throws IOException {
    int at = from;
    while (at < to && file[at] != 0) {
      at++;
    }
    if (to - at < 2 || file[at + 1] != 0) {
      throw broken("its name does not end");
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(file, at + 2, to - at - 2);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!inflater.finished()) {
        int n = inflater.inflate(buffer);
        if (n == 0 && !inflater.finished()) {
          throw broken("it is cut short");
        }
        out.write(buffer, 0, n);
        if (out.size() > ImageHeader.MAX_PROFILE) {
          throw broken("it has more than " + ImageHeader.MAX_PROFILE + " bytes");
        }
      }
      if (inflater.getRemaining() > 0) {
        throw broken(inflater.getRemaining() + " bytes follow it");
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw broken("it is not compressed as PNG says");
    } finally {
      inflater.end();
    }
  }

  private static IOException broken(String why) {
    return new IOException("its colour profile is broken: " + why);
  }

  /** The same picture with the chunks that it needs, its data in one. */
  private byte[] rewritten(int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(file, 0, 8);
    ByteArrayOutputStream pixels = new ByteArrayOutputStream((int) data);
    for (int at = 8; at < end; at += CHUNK + b.i32(at)) {
      String type = type(at);
      int length = b.i32(at);
      if (type.equals("IDAT")) {
        pixels.write(file, at + 8, length);
      } else if (type.equals("IEND")) {
        write(out, "IDAT", pixels.toByteArray());
        dataEnd = out.size() - 4;
        if (orientation != Orientation.NONE) {
          write(out, "eXIf", Orientation.block(orientation));
        }
        out.write(file, at, CHUNK);
      } else if (NEEDED.containsKey(type)) {
        out.write(file, at, CHUNK + length);
      }
    }
    return out.toByteArray();
  }

  private void write(ByteArrayOutputStream out, String type, byte[] body) {
    byte[] chunk =
        ByteBuffer.allocate(4 + body.length)
            .put(type.getBytes(StandardCharsets.ISO_8859_1))
            .put(body)
            .array();
    crc.reset();
    crc.update(chunk);
    out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
    out.writeBytes(chunk);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
