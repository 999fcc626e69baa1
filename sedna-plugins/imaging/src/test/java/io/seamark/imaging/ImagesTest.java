package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
  private static final int WIDTH = 61;
  private static final int HEIGHT = 43;

  private static Frame frame() {
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int i = 3 * (y * WIDTH + x);
        rgb[i] = (byte) (4 * x);
        rgb[i + 1] = (byte) (5 * y);
        rgb[i + 2] = (byte) (255 - 2 * x - 2 * y);
      }
    }
    byte[] depth = new byte[WIDTH * HEIGHT];
    new Random(3).nextBytes(depth);
    return new Frame(WIDTH, HEIGHT, rgb, depth);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static String reason(byte[] file) {
    String message =
        String.valueOf(
            assertThrows(IOException.class, () -> Images.decodeFrame(file)).getMessage());
    assertTrue(message.indexOf('\n') < 0, message);
    return message;
  }

  @Test
  void size_isTheHeaders() throws IOException {
    byte[] png = Images.encodePng(frame());

    assertEquals(new Images.Size(frame().width(), frame().height()), Images.size(png));
    assertThrows(IOException.class, () -> Images.size(new byte[] {1, 2, 3}));
  }

  @Test
  @DisplayName("PNG keeps every pixel, JPEG about so, neither keeps depth")
  void roundTrips() throws IOException {
    Frame frame = frame();
    Frame png = Images.decodeFrame(Images.encodePng(frame));
    assertArrayEquals(frame.rgb(), png.rgb());
    assertNull(png.depth());

    byte[] file = Images.encodeJpeg(frame, 0.95f);
    assertEquals(EncodedImage.JPEG, Images.encoded(file).mediaType());
    Frame jpeg = Images.decodeFrame(file);
    double error = 0;
    for (int i = 0; i < frame.rgb().length; i++) {
      error += Math.abs((frame.rgb()[i] & 0xFF) - (jpeg.rgb()[i] & 0xFF));
    }
    assertTrue(error / frame.rgb().length < 3, "mean error " + error / frame.rgb().length);
  }

  @Test
  void depthRoundTrip() throws IOException {
    Frame frame = frame();
    Frame rgb = Images.decodeFrame(Images.encodePng(frame));
    assertArrayEquals(frame.depth(), Images.withDepth(rgb, Images.encodeDepth(frame)).depth());
    Frame other = Images.resize(rgb, 20, 20);
    assertEquals(
        "the depth image is 61x43, but its frame is 20x20",
        assertThrows(IOException.class, () -> Images.withDepth(other, Images.encodeDepth(frame)))
            .getMessage());
    assertNull(Images.depthOrNull(rgb));
    assertThrows(IllegalArgumentException.class, () -> Images.encodeDepth(rgb));
  }

  @Test
  void classMapRoundTrip() throws IOException {
    byte[] classes = new byte[256];
    for (int i = 0; i < 256; i++) {
      classes[i] = (byte) i;
    }
    ClassMap map = new ClassMap(16, 16, classes);
    assertArrayEquals(classes, Images.decodeClassMap(Images.encodeClassMap(map)).classes());
  }

  @Test
  @DisplayName("an indexed label's classes are its indices, whatever the palette")
  void indexedClassMap() throws IOException {
    byte[] palette = new byte[3 * 12];
    Arrays.fill(palette, (byte) 200);
    IndexColorModel colours = new IndexColorModel(8, 12, palette, 0, false);
    BufferedImage image = new BufferedImage(4, 3, BufferedImage.TYPE_BYTE_INDEXED, colours);
    for (int i = 0; i < 12; i++) {
      image.getRaster().setSample(i % 4, i / 4, 0, i);
    }
    ClassMap map = Images.decodeClassMap(png(image));
    for (int i = 0; i < 12; i++) {
      assertEquals(i, map.at(i % 4, i / 4));
    }
    assertEquals((byte) 200, Images.decodeFrame(png(image)).rgb()[0]);
  }

  @Test
  void packedBitsClassMap() throws IOException {
    IndexColorModel grey =
        new IndexColorModel(1, 2, new byte[] {0, -1}, new byte[] {0, -1}, new byte[] {0, -1});
    BufferedImage image = new BufferedImage(9, 2, BufferedImage.TYPE_BYTE_BINARY, grey);
    image.getRaster().setSample(8, 1, 0, 1);
    ClassMap map = Images.decodeClassMap(png(image));
    assertEquals(1, map.at(8, 1));
    assertEquals(0, map.at(7, 1));
    assertEquals(255, Images.decodeFrame(png(image)).rgb()[3 * 17] & 0xFF);
  }

  @Test
  void transparencyAndSixteenBitColoursAreReduced() throws IOException {
    BufferedImage alpha = new BufferedImage(1, 1, BufferedImage.TYPE_4BYTE_ABGR);
    alpha.getRaster().setPixel(0, 0, new int[] {10, 20, 30, 0});
    assertArrayEquals(new byte[] {10, 20, 30}, Images.decodeFrame(png(alpha)).rgb());

    byte[] wide = wideRgbPng(0x1122, 0x3344, 0x5566);
    assertArrayEquals(new byte[] {0x11, 0x33, 0x55}, Images.decodeFrame(wide).rgb());
    assertEquals(
        "a class map must be a grey PNG of 8 bits or an indexed one, but this one has 16 bits",
        assertThrows(IOException.class, () -> Images.decodeClassMap(wide)).getMessage());
  }

  @Test
  void colouredPngIsNoClassMap() {
    byte[] file = Images.encodePng(frame());
    assertEquals(
        "a class map must be a grey PNG of 8 bits or an indexed one, but this one has colours or"
            + " transparency",
        assertThrows(IOException.class, () -> Images.decodeClassMap(file)).getMessage());
    byte[] jpeg = Images.encodeJpeg(frame(), 0.9f);
    assertEquals(
        "a class map must be a PNG, but this is a JPEG",
        assertThrows(IOException.class, () -> Images.decodeClassMap(jpeg)).getMessage());
  }

  @Test
  void greyJpegBecomesRgb() throws IOException {
    BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 256; i++) {
      grey.getRaster().setSample(i % 16, i / 16, 0, 77);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(grey, "jpeg", out);
    byte[] rgb = Images.decodeFrame(out.toByteArray()).rgb();
    assertEquals(77, rgb[100], 1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.2, 0.5, 0.9, 0.999})
  @DisplayName("a file cut anywhere fails, it does not decode to grey")
  void truncated(double share) {
    for (byte[] file : List.of(Images.encodeJpeg(frame(), 0.9f), Images.encodePng(frame()))) {
      byte[] cut = Arrays.copyOf(file, (int) (file.length * share));
      String reason = reason(cut);
      assertTrue(
          reason.startsWith("truncated") || reason.startsWith("neither"), share + ": " + reason);
    }
  }

  @Test
  @DisplayName("an end marker glued to a cut JPEG does not hide the cut")
  void cutJpegWithEndMarker() {
    byte[] file = Images.encodeJpeg(frame(), 0.9f);
    byte[] cut = Arrays.copyOf(file, file.length - 400);
    cut[cut.length - 2] = (byte) 0xFF;
    cut[cut.length - 1] = (byte) 0xD9;
    String reason = reason(cut);
    assertTrue(reason.startsWith("damaged JPEG: "), reason);
  }

  @Test
  void trailingBytesAfterAJpegAreHarmless() throws IOException {
    byte[] file = Images.encodeJpeg(frame(), 0.9f);
    assertEquals(WIDTH, Images.decodeFrame(Arrays.copyOf(file, file.length + 20)).width());
  }

  @Test
  void otherFiles() {
    assertEquals("the file is empty", reason(new byte[0]));
    assertEquals("neither a JPEG nor a PNG file", reason(new byte[] {'G', 'I', 'F', '8', '9'}));
  }

  @Test
  @DisplayName("a header that declares a huge picture is refused before anything is decoded")
  void hugeHeaders() {
    byte[] png = Images.encodePng(frame());
    ByteBuffer buffer = ByteBuffer.wrap(png);
    buffer.putInt(16, 60_000);
    buffer.putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    buffer.putInt(29, (int) crc.getValue());
    assertEquals(
        "the header says 60000x60000 pixels, but at most 40 megapixels and 16384 a side are"
            + " accepted",
        reason(png));

    byte[] jpeg = Images.encodeJpeg(frame(), 0.9f);
    for (int i = 0; i + 8 < jpeg.length; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) 9000).putShort(i + 7, (short) 9000);
        break;
      }
    }
    assertTrue(reason(jpeg).startsWith("the header says 9000x9000 pixels"), reason(jpeg));
  }

  @Test
  @DisplayName("no damage leads to anything but an IOException")
  void randomDamage() {
    Random random = new Random(7);
    for (byte[] file : List.of(Images.encodeJpeg(frame(), 0.8f), Images.encodePng(frame()))) {
      for (int n = 0; n < 300; n++) {
        byte[] damaged = file.clone();
        for (int k = 0; k < 4; k++) {
          damaged[2 + random.nextInt(damaged.length - 2)] = (byte) random.nextInt();
        }
        try {
          Images.decodeFrame(damaged);
        } catch (IOException e) {
          assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
        }
      }
    }
  }

  @Test
  void flippedPngBytesAreFound() {
    byte[] file = Images.encodePng(frame());
    file[60] ^= 4;
    assertTrue(reason(file).startsWith("damaged PNG: wrong checksum"), reason(file));
  }

  @Test
  void scaling() {
    byte[] grey = new byte[3 * 8 * 8];
    Arrays.fill(grey, (byte) 90);
    Frame flat = new Frame(8, 8, grey, new byte[64]);
    Frame small = Images.resize(flat, 3, 5);
    for (byte b : small.rgb()) {
      assertEquals(90, b);
    }
    assertEquals(15, small.depth() == null ? 0 : small.depth().length);
    ClassMap map = Images.resize(new ClassMap(2, 2, new byte[] {1, 2, 3, 4}), 4, 4);
    assertArrayEquals(new byte[] {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}, map.classes());
    assertEquals(flat, Images.resize(flat, 8, 8));
  }

  @Test
  void coloursDiffer() {
    assertEquals(255, Arrays.stream(Palette.colours(255)).distinct().count());
    assertThrows(IllegalArgumentException.class, () -> Palette.colours(0));
  }

  @Test
  void painting() {
    Frame frame = frame();
    ClassMap map = new ClassMap(WIDTH, HEIGHT, new byte[WIDTH * HEIGHT]);
    assertArrayEquals(frame.rgb(), Palette.paint(frame, map, 0));
    byte[] flat = Palette.paint(frame, map, 1);
    assertEquals(Palette.colours(1)[0] >> 16, flat[0] & 0xFF);
    BitSet pixels = new BitSet();
    pixels.set(0, WIDTH * 10);
    SegmentMask.Box all = new SegmentMask.Box(0, 0, WIDTH, HEIGHT);
    SegmentMask mask =
        new SegmentMask(WIDTH, HEIGHT, pixels, WIDTH * 10, all, 0.9f, 0.9f, 1, 1, all);
    byte[] painted = Palette.paint(frame, List.of(mask), 0.5);
    assertEquals(frame.rgb()[3 * WIDTH * 20], painted[3 * WIDTH * 20]);
    assertTrue(painted[3] != frame.rgb()[3]);
  }

  /** One pixel of 16 bits a channel, which ImageIO cannot write through a BufferedImage type. */
  private static byte[] wideRgbPng(int... rgb) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(out, "IHDR", new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 16, 2, 0, 0, 0});
    ByteBuffer row = ByteBuffer.allocate(7).put((byte) 0);
    for (int c : rgb) {
      row.putShort((short) c);
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (java.util.zip.DeflaterOutputStream deflate =
        new java.util.zip.DeflaterOutputStream(data)) {
      deflate.write(row.array());
    }
    chunk(out, "IDAT", data.toByteArray());
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
