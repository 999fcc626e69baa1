package io.seamark.imaging;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first picture of a TIFF (revision 6.0). Its decoder makes every value that a directory
 * declares, so it is given a copy whose one directory holds only what was checked here.
 */
final class TiffFile {
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int ORIENTATION = 274;
  private static final int SAMPLES = 277;
  private static final int ROWS_PER_STRIP = 278;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int SAMPLE_FORMAT = 339;
  private static final int PROFILE = 34675;

  /** Tags that the pixels need. */
  private static final Set<Integer> NEEDED =
      Set.of(
          WIDTH,
          HEIGHT,
          BITS,
          COMPRESSION,
          PHOTOMETRIC,
          266,
          273,
          SAMPLES,
          ROWS_PER_STRIP,
          279,
          284,
          292,
          293,
          317,
          320,
          TILE_WIDTH,
          TILE_HEIGHT,
          324,
          325,
          338,
          SAMPLE_FORMAT);

  private static final Set<Integer> COMPRESSIONS = Set.of(1, 2, 3, 4, 5, 8, 32773, 32946);

  private final byte[] file;
  private final Bytes b;
  private final int directory;
  private final int entries;

  private TiffFile(byte[] file) throws IOException {
    this.file = file;
    b = new Bytes(file, file[0] == 'I');
    if (b.u16(2) != 42) {
      throw new IOException("BigTIFF is not read");
    }
    if (file.length < 10 || b.u32(4) > file.length - 2) {
      throw b.cut("TIFF");
    }
    directory = b.i32(4);
    entries = b.u16(directory);
    if (directory < 8 || directory + 2L + 12L * entries + 4 > file.length) {
      throw b.cut("TIFF");
    }
  }

  static ImageHeader read(byte[] file) throws IOException {
    return new TiffFile(file).header();
  }

  private ImageHeader header() throws IOException {
    long width = number(WIDTH, 0);
    long height = number(HEIGHT, 0);
    ImageHeader.checkSize(width, height);
    long compression = number(COMPRESSION, 1);
    if (!COMPRESSIONS.contains((int) compression)) {
      throw new IOException("TIFF with compression " + compression + " is not read");
    }
    if (at(TILE_WIDTH) >= 0) {
      ImageHeader.checkSize(number(TILE_WIDTH, 0), number(TILE_HEIGHT, 0));
    }
    Channels channels = channels();
    int bits = (int) number(BITS, 1);
    if (bits > 8 && channels == Channels.INDEXED) {
      throw new IOException(
          "TIFF with a palette of " + bits + " bits is not read, only of up to 8");
    }
    boolean packed = bits == 1 || bits == 2 || bits == 4;
    if (!(bits == 8 || bits == 16 || (packed && channels.count() == 1))
        || number(SAMPLE_FORMAT, 1) != 1) {
      throw new IOException(
          "TIFF of "
              + bits
              + " bits a channel"
              + (number(SAMPLE_FORMAT, 1) == 1 ? "" : " that are no whole numbers")
              + " is not read, only of 8 or 16, and less where it is grey");
    }
    long orientation = number(ORIENTATION, 1);
    return new ImageHeader(
        Format.TIFF,
        (int) width,
        (int) height,
        bits,
        channels,
        orientation >= 1 && orientation <= 8 ? (int) orientation : Orientation.NONE,
        SourceColours.of(profile(), channels),
        file,
        decodable(),
        0);
  }

  private Channels channels() throws IOException {
    long photometric = number(PHOTOMETRIC, -1);
    long samples = number(SAMPLES, 1);
    if (photometric == 2 && (samples == 3 || samples == 4)) {
      return samples == 3 ? Channels.RGB : Channels.RGBA;
    }
    if ((photometric == 0 || photometric == 1) && samples <= 2) {
      return samples == 1 ? Channels.GREY : Channels.GREY_ALPHA;
    }
    if (photometric == 3 && samples == 1) {
      return Channels.INDEXED;
    }
    throw new IOException(
        "TIFF of "
            + samples
            + " channels and photometric interpretation "
            + photometric
            + " is not read, only grey, palette and RGB");
  }

  /** Where an entry is, or -1. */
  private int at(int tag) {
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + 12 * i;
      if (b.u16(at) == tag) {
        return at;
      }
    }
    return -1;
  }

  /** An entry's first value. */
  private long number(int tag, long otherwise) throws IOException {
    int at = at(tag);
    if (at < 0 || b.u32(at + 4) == 0) {
      return otherwise;
    }
    int from = at + 8;
    if (bytes(at) > 4) {
      from = (int) b.u32(at + 8);
    }
    return switch (b.u16(at + 2)) {
      case 1 -> b.u8(from);
      case 3 -> b.u16(from);
      case 4 -> b.u32(from);
      default -> throw new IOException("damaged TIFF: tag " + tag + " is no number");
    };
  }

  /** How many bytes an entry's values take, which are in the file. */
  private long bytes(int at) throws IOException {
    int size =
        switch (b.u16(at + 2)) {
          case 1, 2, 6, 7 -> 1;
          case 3, 8 -> 2;
          case 4, 9, 11 -> 4;
          case 5, 10, 12 -> 8;
          default -> throw new IOException("damaged TIFF: a value of an unknown type");
        };
    long bytes = size * b.u32(at + 4);
    if (bytes > 4 && b.u32(at + 8) + bytes > file.length) {
      throw b.cut("TIFF");
    }
    return bytes;
  }

  private byte @Nullable [] profile() throws IOException {
    int at = at(PROFILE);
    if (at < 0) {
      return null;
    }
    long bytes = bytes(at);
    if (bytes <= 4 || bytes > ImageHeader.MAX_PROFILE) {
      throw new IOException("its colour profile is broken: it has " + bytes + " bytes");
    }
    int from = (int) b.u32(at + 8);
    return Arrays.copyOfRange(file, from, from + (int) bytes);
  }

  private byte[] decodable() throws IOException {
    byte[] copy = file.clone();
    int kept = 0;
    long values = 0;
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + 12 * i;
      if (NEEDED.contains(b.u16(at))) {
        values += bytes(at);
        System.arraycopy(file, at, copy, directory + 2 + 12 * kept, 12);
        kept++;
      }
    }
    if (values > file.length) {
      throw new IOException("damaged TIFF: its directory declares more than the file holds");
    }
    // The rest of the directory and the link to the next one become 0.
    int end = directory + 2 + 12 * kept;
    Arrays.fill(copy, end, directory + 2 + 12 * entries + 4, (byte) 0);
    copy[directory] = (byte) (b.little() ? kept : kept >> 8);
    copy[directory + 1] = (byte) (b.little() ? kept >> 8 : kept);
    return copy;
  }
}
