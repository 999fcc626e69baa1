package io.seamark.imaging;

import static io.seamark.imaging.PixelAssertions.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is kept and sent on is what was read, and no more. */
class StoredBytesTest {
  private static final int LARGE = 2 << 20;

  private static PngFixture png() {
    return new PngFixture(2, 2, 8, PngFixture.GREY, 1, 2, 3, 4);
  }

  /** 512x512 pixels, so that there is room for surplus within what pixels may take. */
  private static PngFixture flat() {
    return new PngFixture(512, 512, 8, PngFixture.RGB, new int[3 * 512 * 512]);
  }

  private static FlatJpeg jpeg() {
    return new FlatJpeg(512, 512, new int[64 * 64]).jfif();
  }

  private static void assertSamePicture(byte[] file, byte[] stored) throws IOException {
    assertEquals(Images.size(file), Images.size(stored));
    assertArrayEquals(Images.decodeFrame(file).rgb(), Images.decodeFrame(stored).rgb());
    assertSame(stored, Images.encoded(stored).bytes());
  }

  @Test
  @DisplayName("bytes after the end are left out")
  void trailing() throws IOException {
    for (byte[] file : new byte[][] {png().file(), jpeg().file()}) {
      assertSame(file, Images.encoded(file).bytes());
      for (int surplus : new int[] {1, 20, LARGE}) {
        byte[] longer = Arrays.copyOf(file, file.length + surplus);
        new Random(1).nextBytes(longer);
        System.arraycopy(file, 0, longer, 0, file.length);
        assertArrayEquals(file, Images.encoded(longer).bytes());
        assertSamePicture(longer, Images.encoded(longer).bytes());
      }
    }
  }

  @Test
  @DisplayName("large metadata are left out, small ones and what the picture needs are kept")
  void metadata() throws IOException {
    byte[] profile = IccFixture.rgb(IccFixture.ADOBE_RGB, 2.2);
    byte[] block = Orientation.block(8);
    PngFixture png =
        new PngFixture(2, 2, 2, PngFixture.INDEXED, 0, 1, 2, 3)
            .chunk("PLTE", 9, 99, 199, 200, 10, 20, 30, 40, 50, 60, 70, 80)
            .chunk("tRNS", 0, 255)
            .profile(profile)
            .chunk("eXIf", block);
    byte[] small = png.chunk("tEXt", new byte[500]).file();
    assertSame(small, Images.encoded(small).bytes());
    byte[] heavy =
        png.chunk("zTXt", new byte[LARGE])
            .chunk("abCd", new byte[LARGE])
            .chunkAfterData("tIME", new byte[LARGE])
            .file();
    byte[] stored = Images.encoded(heavy).bytes();
    assertTrue(stored.length < 2_000, stored.length + " bytes");
    assertSamePicture(heavy, stored);

    FlatJpeg jpeg = jpeg().exif(block).icc(profile, 2);
    byte[] note = jpeg.segment(0xFE, new byte[500]).file();
    assertSame(note, Images.encoded(note).bytes());
    int needed = note.length;
    for (int i = 0; i < 40; i++) {
      jpeg.segment(0xE1 + i % 13, new byte[60_000]).segment(0xFE, new byte[60_000]);
    }
    byte[] album = jpeg.file();
    assertTrue(Images.encoded(album).bytes().length <= needed);
    assertSamePicture(album, Images.encoded(album).bytes());
  }

  @Test
  void fillBytesOfAJpeg() throws IOException {
    byte[] file = jpeg().file();
    byte[] filled = new byte[file.length + LARGE];
    Arrays.fill(filled, (byte) 0xFF);
    System.arraycopy(file, 0, filled, 0, file.length - 2);
    filled[filled.length - 1] = (byte) 0xD9;
    assertArrayEquals(file, Images.encoded(filled).bytes());
  }

  @Test
  @DisplayName("a PNG's data in very small chunks are put together")
  void smallChunks() throws IOException {
    Random random = new Random(5);
    int[] noise = random.ints(3 * 64 * 64, 0, 256).toArray();
    byte[] file = new PngFixture(64, 64, 8, PngFixture.RGB, noise).dataChunks(1).file();
    byte[] stored = Images.encoded(file).bytes();
    assertTrue(stored.length < file.length / 10, stored.length + " of " + file.length);
    assertSamePicture(file, stored);
  }

  @Test
  @DisplayName("a PNG's data in chunks of a library's size are kept as they are, however many")
  void manyUsualChunks() throws IOException {
    int[] noise = new Random(6).ints(3 * 1400 * 1400, 0, 256).toArray();
    byte[] file = new PngFixture(1400, 1400, 8, PngFixture.RGB, noise).dataChunks(4096).file();
    byte[] stored = Images.encoded(file).bytes();
    assertEquals(file.length, stored.length);
    assertSame(file, stored);
  }

  @Test
  @DisplayName("what a JPEG makes one remember is bounded, while it is walked over")
  void manyStretches() throws IOException {
    byte[] stuffed = new byte[3 * 70_000];
    for (int i = 0; i < stuffed.length; i += 3) {
      stuffed[i] = (byte) 0xFF;
      stuffed[i + 1] = (byte) 0xFF;
    }
    assertEquals(
        "more than 65536 stretches of metadata and fill bytes in one JPEG are not read",
        refusal(jpeg().surplus(stuffed).file()));
    // Found before the end, which is cut off.
    byte[] beyond = new FlatJpeg(8, 8, new int[1]).jfif().surplus(new byte[80_000]).file();
    assertEquals(
        "damaged JPEG: more than 66048 bytes of picture data for 8x8",
        refusal(Arrays.copyOf(beyond, beyond.length - 2)));
    // One after the other they are one stretch.
    FlatJpeg notes = jpeg();
    for (int i = 0; i < 70_000; i++) {
      notes.segment(0xFE, new byte[1]);
    }
    assertArrayEquals(jpeg().file(), Images.encoded(notes.file()).bytes());
    FlatJpeg parts = jpeg();
    for (int i = 0; i < 256; i++) {
      parts.iccPart(1, 1, new byte[1]);
    }
    String tooMany = refusal(Arrays.copyOf(parts.file(), parts.file().length - 2));
    assertTrue(tooMany.startsWith("its colour profile is broken"), tooMany);
  }

  @Test
  @DisplayName("data that no pixel comes of are refused, be they a little or within bounds")
  void surplusData() throws IOException {
    assertEquals(2, Images.decodeFrame(png().surplus(100).file()).width());
    for (PngFixture png : new PngFixture[] {png().surplus(80_000), flat().surplus(500_000)}) {
      String reason = refusal(png.file());
      assertTrue(reason.startsWith("damaged PNG: ") && reason.contains("picture data"), reason);
    }
    byte[] fill = new byte[300_000];
    assertEquals(512, Images.decodeFrame(jpeg().surplus(new byte[100]).file()).width());
    String within = refusal(jpeg().surplus(fill).file());
    assertTrue(within.startsWith("damaged JPEG: "), within);
    String beyond = refusal(new FlatJpeg(8, 8, new int[1]).jfif().surplus(fill).file());
    assertTrue(beyond.contains("bytes of picture data for 8x8"), beyond);
  }

  @Test
  void structuresThatNoEncoderWrites() throws IOException {
    assertEquals("damaged PNG: two iCCP chunks", refusal(twice(png())));
    assertEquals(
        "damaged PNG: a PLTE chunk of 3000 bytes",
        refusal(png().chunk("PLTE", new byte[3000]).file()));
    assertEquals(
        "damaged PNG: a gAMA chunk of 5000 bytes",
        refusal(png().chunk("gAMA", new byte[5000]).file()));
    byte[] file = png().file();
    byte[] end =
        FlatJpeg.joined(
            Arrays.copyOf(file, file.length - 12), PngFixture.chunkOf("IEND", new byte[9000]));
    assertEquals("damaged PNG: its end chunk holds 9000 bytes", refusal(end));
    assertEquals(
        "more than 100 scans in one JPEG are not read",
        refusal(new FlatJpeg(8, 8, new int[1]).jfif().scans(101).file()));
    FlatJpeg tables = new FlatJpeg(8, 8, new int[1]).jfif();
    byte[] quantisers = new byte[65 * 900];
    Arrays.fill(quantisers, (byte) 1);
    for (int i = 0; i < 5; i++) {
      tables.segment(0xDB, quantisers);
    }
    assertEquals("damaged JPEG: more than 262144 bytes of tables", refusal(tables.file()));
  }

  private static byte[] twice(PngFixture png) throws IOException {
    byte[] profile = IccFixture.rgb(IccFixture.SRGB, 2.2);
    return png.profile(profile).profile(profile).file();
  }

  @Test
  @DisplayName("no damage leads to anything but an IOException, nor to more than was there")
  void randomDamage() throws IOException {
    Random random = new Random(11);
    byte[] profile = IccFixture.rgb(IccFixture.ADOBE_RGB, 2.2);
    byte[][] files = {
      png().profile(profile).chunk("eXIf", Orientation.block(5)).file(),
      new FlatJpeg(16, 8, new int[2], new int[2], new int[2]).exif(Orientation.block(7)).file(),
      new FlatJpeg(16, 8, new int[2], new int[2], new int[2], new int[2]).adobe(2).file(),
      jpeg().icc(profile, 2).file()
    };
    for (byte[] file : files) {
      for (int n = 0; n < 400; n++) {
        byte[] damaged = file.clone();
        for (int k = 0; k < 1 + n % 4; k++) {
          damaged[2 + random.nextInt(Math.min(damaged.length, 900) - 2)] = (byte) random.nextInt();
        }
        try {
          byte[] stored = Images.encoded(damaged).bytes();
          assertTrue(stored.length <= damaged.length + 100);
          Images.decodeFrame(damaged);
        } catch (IOException e) {
          assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
        }
      }
    }
  }
}
