package io.seamark.imaging;

import static io.seamark.imaging.PixelAssertions.assertPixel;
import static io.seamark.imaging.PixelAssertions.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebP and TIFF; the files are made by make.py beside them, which has their colours. */
class LibraryFormatsTest {
  private static final int[][] COLOURS = {
    {200, 30, 40}, {20, 180, 60}, {10, 20, 220}, {240, 240, 10}, {0, 0, 0}, {255, 255, 255}
  };

  private static byte[] file(String name) throws IOException {
    try (InputStream in = LibraryFormatsTest.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    }
  }

  private static Frame read(byte[] file) throws IOException {
    Images.Picture picture = Images.read(file);
    assertNull(picture.encoded());
    return picture.frame();
  }

  private static String reason(byte[] file) {
    return String.valueOf(assertThrows(IOException.class, () -> Images.read(file)).getMessage());
  }

  private static int grey(int[] rgb) {
    // Pillow's "L": ITU-R 601, in sixteenths of bits.
    return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16;
  }

  @ParameterizedTest
  @CsvSource({
    "lossless.webp, 0",
    "alpha.webp, 0",
    "lossy.webp, 12",
    "lossy-alpha.webp, 12",
    "plain.tif, 0",
    "lzw.tif, 0",
    "deflate.tif, 0",
    "packbits.tif, 0",
    "alpha.tif, 0",
    "palette.tif, 0",
    "pages.tif, 0",
  })
  @DisplayName("colours are what they are, transparency is dropped, the first page is read")
  void colours(String name, int tolerance) throws IOException {
    Frame frame = read(file(name));
    assertEquals(24, frame.width());
    for (int i = 0; i < 6; i++) {
      assertPixel(frame, 8 * (i % 3) + 4, 8 * (i / 3) + 4, tolerance, COLOURS[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grey.tif", "grey16.tif"})
  void greyTiff(String name) throws IOException {
    Frame frame = read(file(name));
    for (int i = 0; i < 6; i++) {
      int v = grey(COLOURS[i]);
      assertPixel(frame, 8 * (i % 3) + 4, 8 * (i / 3) + 4, 0, v, v, v);
    }
  }

  @Test
  @DisplayName("grey of which 0 is white")
  void inverseGrey() throws IOException {
    byte[] file = file("grey.tif");
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = b.getInt(4) + 2; b.getShort(at) != 0; at += 12) {
      if (b.getShort(at) == 262) {
        b.putShort(at + 8, (short) 0);
        break;
      }
    }
    int v = 255 - grey(COLOURS[0]);
    assertPixel(read(file), 4, 4, 0, v, v, v);
  }

  @ParameterizedTest
  @ValueSource(strings = {"turned.webp", "turned.tif"})
  void orientation(String name) throws IOException {
    Frame frame = read(file(name));
    assertEquals(16, frame.width());
    assertEquals(24, frame.height());
    // A quarter clockwise: what was at the lower left is at the upper left.
    assertPixel(frame, 4, 4, 0, COLOURS[3]);
    assertPixel(frame, 12, 4, 0, COLOURS[0]);
    assertPixel(frame, 12, 20, 0, COLOURS[2]);
  }

  @Test
  @DisplayName("profiles count as in JPEG and PNG")
  void profiles() throws IOException {
    byte[] wide = IccFixture.rgb(IccFixture.ADOBE_RGB, 2.2);
    int[] expected = IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, COLOURS[0]);
    assertPixel(read(webpWith("ICCP", wide)), 4, 4, 2, expected);

    byte[] plain = file("plain.tif");
    ByteBuffer b = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
    int directory = b.getInt(4);
    int entries = b.getShort(directory);
    int start = plain.length + 2 + 12 * (entries + 1) + 4;
    byte[] more =
        ByteBuffer.allocate(start - plain.length + wide.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) (entries + 1))
            .put(plain, directory + 2, 12 * entries)
            .putShort((short) 34675)
            .putShort((short) 7)
            .putInt(wide.length)
            .putInt(start)
            .putInt(0)
            .put(wide)
            .array();
    b.putInt(4, plain.length);
    assertPixel(read(FlatJpeg.joined(plain, more)), 4, 4, 2, expected);
  }

  /** The lossless file in the extended format with one more chunk before the picture. */
  private static byte[] webpWith(String type, byte[] body) throws IOException {
    byte[] picture = Arrays.copyOfRange(file("lossless.webp"), 12, file("lossless.webp").length);
    byte[] header = new byte[10];
    header[0] = 0x20;
    header[4] = 23;
    header[7] = 15;
    byte[] chunks = FlatJpeg.joined(chunk("VP8X", header), chunk(type, body), picture);
    return FlatJpeg.joined(
        chunk("RIFF", FlatJpeg.joined("WEBP".getBytes(StandardCharsets.US_ASCII), chunks)));
  }

  private static byte[] chunk(String type, byte[] body) {
    return ByteBuffer.allocate(8 + body.length + (body.length & 1))
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(StandardCharsets.US_ASCII))
        .putInt(body.length)
        .put(body)
        .array();
  }

  @Test
  void whatIsNotReadIsRefusedByName() throws IOException {
    assertEquals(
        "an animated WebP is not read, only a still picture", reason(file("animated.webp")));
    assertEquals("TIFF with compression 7 is not read", reason(file("jpeg.tif")));
    assertEquals(
        "TIFF of 4 channels and photometric interpretation 5 is not read, only grey, palette and"
            + " RGB",
        reason(file("cmyk.tif")));
    assertEquals(
        "TIFF of 32 bits a channel that are no whole numbers is not read, only of 8 or 16, and less"
            + " where it is grey",
        reason(file("float.tif")));
    assertEquals("BigTIFF is not read", reason(new byte[] {'I', 'I', 43, 0, 8, 0, 0, 0, 0, 0}));
    assertEquals(
        "no JPEG, PNG, WebP or TIFF file, but GIF",
        reason("GIF89a".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  @DisplayName("between machines only JPEG and PNG travel")
  void notBetweenMachines() throws IOException {
    assertEquals("neither a JPEG nor a PNG file, but WebP", refusal(file("lossy.webp")));
    assertEquals("neither a JPEG nor a PNG file, but TIFF", refusal(file("plain.tif")));
    assertThrows(IOException.class, () -> Images.encoded(file("lossy.webp")));
    assertThrows(IOException.class, () -> Images.decodeClassMap(file("grey.tif")));
  }

  @Test
  @DisplayName("a header that declares a huge picture is refused before anything is decoded")
  void hugeHeaders() throws IOException {
    String huge = " pixels, but at most 40 megapixels and 16384 a side are accepted";
    byte[] lossless = file("lossless.webp");
    ByteBuffer.wrap(lossless).order(ByteOrder.LITTLE_ENDIAN).putInt(21, 0x0FFFFFFF);
    assertEquals("the header says 16384x16384" + huge, reason(lossless));
    for (int tag : new int[] {256, 257}) {
      byte[] tiff = file("plain.tif");
      setTiff(tiff, tag, 2_000_000);
      assertTrue(reason(tiff).endsWith(huge), reason(tiff));
    }
  }

  @Test
  void paletteOfSixteenBits() throws IOException {
    byte[] tiff = file("palette.tif");
    setTiff(tiff, 258, 16);
    assertEquals("TIFF with a palette of 16 bits is not read, only of up to 8", reason(tiff));
  }

  @ParameterizedTest
  @CsvSource({"lossless.webp", "turned.webp", "plain.tif", "turned.tif"})
  void sizeBeforeDecoding(String name) throws IOException {
    Frame frame = read(file(name));
    assertEquals(new Images.Size(frame.width(), frame.height()), Images.readSize(file(name)));
    assertThrows(IOException.class, () -> Images.size(file(name)));
  }

  private static void setTiff(byte[] file, int tag, int value) {
    ByteBuffer b = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int directory = b.getInt(4);
    for (int i = 0; i < b.getShort(directory); i++) {
      int at = directory + 2 + 12 * i;
      if (b.getShort(at) == tag) {
        b.putShort(at + 2, (short) 4).putInt(at + 4, 1).putInt(at + 8, value);
      }
    }
  }

  @Test
  @DisplayName("a directory whose every entry declares the whole file makes nothing of that size")
  void manyLargeValues() throws IOException {
    byte[] plain = file("plain.tif");
    ByteBuffer b = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
    int directory = b.getInt(4);
    int entries = b.getShort(directory);
    int spare = 40_000;
    byte[] more = new byte[2 + 12 * (entries + spare) + 4];
    ByteBuffer to = ByteBuffer.wrap(more).order(ByteOrder.LITTLE_ENDIAN);
    to.putShort((short) (entries + spare)).put(plain, directory + 2, 12 * entries);
    for (int i = 0; i < spare; i++) {
      to.putShort((short) (40_000 + i % 20_000)).putShort((short) 1).putInt(400_000).putInt(8);
    }
    b.putInt(4, plain.length);
    assertPixel(read(FlatJpeg.joined(plain, more)), 4, 4, 0, COLOURS[0]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"lossless.webp", "lossy.webp", "lossy-alpha.webp", "plain.tif", "lzw.tif"})
  void truncated(String name) throws IOException {
    byte[] file = file(name);
    for (int length = 12; length < file.length - 1; length += 5) {
      String reason = reason(Arrays.copyOf(file, length));
      assertTrue(reason.indexOf('\n') < 0 && !reason.isBlank(), reason);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossless.webp", "lossy.webp", "alpha.webp", "lossy-alpha.webp", "turned.webp", "plain.tif",
        "lzw.tif", "deflate.tif", "packbits.tif", "palette.tif", "grey16.tif", "turned.tif"
      })
  @DisplayName("no damage leads to anything but an IOException")
  void randomDamage(String name) throws IOException {
    Random random = new Random(name.hashCode());
    byte[] file = file(name);
    for (int n = 0; n < 300; n++) {
      byte[] damaged = file.clone();
      for (int k = 0; k < 1 + n % 4; k++) {
        damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt();
      }
      try {
        Images.read(damaged);
      } catch (IOException e) {
        assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
      }
    }
  }

  @Test
  void jpegAndPngAreReadAsEver() throws IOException {
    byte[] png = Images.encodePng(read(file("lossless.webp")));
    Images.Picture picture = Images.read(png);
    assertNotNull(picture.encoded());
    assertArrayEquals(png, picture.encoded().bytes());
    assertArrayEquals(read(file("lossless.webp")).rgb(), picture.frame().rgb());
  }
}
