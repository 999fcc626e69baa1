package io.seamark.imaging;

import static io.seamark.imaging.PixelAssertions.assertPixel;
import static io.seamark.imaging.PixelAssertions.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.seamark.perception.ClassMap;
import io.seamark.perception.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Known answers for every colour type and bit depth of PNG, plain and interlaced. */
class PngColoursTest {
  private static final int SIZE = 11;

  private static PngFixture[] both(int bitDepth, int colourType, int[] samples) {
    return new PngFixture[] {
      new PngFixture(SIZE, SIZE, bitDepth, colourType, samples),
      new PngFixture(SIZE, SIZE, bitDepth, colourType, samples).interlaced()
    };
  }

  /** Samples that differ from pixel to pixel and from channel to channel. */
  private static int[] samples(int bitDepth, int channels) {
    int[] samples = new int[SIZE * SIZE * channels];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (i * 7919 + i / 5 * 31) % (1 << bitDepth);
    }
    return samples;
  }

  /** Section 13.12: the value over the largest one, times 255, rounded. */
  private static int eight(int sample, int bitDepth) {
    return (int) Math.floor(sample * 255.0 / ((1 << bitDepth) - 1) + 0.5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16})
  void grey(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 1);
    for (PngFixture png : both(bitDepth, PngFixture.GREY, samples)) {
      Frame frame = Images.decodeFrame(png.file());
      for (int i = 0; i < samples.length; i++) {
        int v = eight(samples[i], bitDepth);
        assertPixel(frame, i % SIZE, i / SIZE, 0, v, v, v);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  @DisplayName("a grey label's classes are its samples, whatever their depth")
  void greyLabel(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 1);
    for (PngFixture png : both(bitDepth, PngFixture.GREY, samples)) {
      ClassMap map = Images.decodeClassMap(png.file());
      for (int i = 0; i < samples.length; i++) {
        assertEquals(samples[i], map.at(i % SIZE, i / SIZE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  @DisplayName("a palette's colours, transparent ones among them; as a label its indices")
  void indexed(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 1);
    int[] palette = new int[3 << bitDepth];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (i * 37 + 11) % 256;
    }
    int[] alpha = new int[1 << bitDepth];
    for (int i = 0; i < alpha.length; i++) {
      alpha[i] = i * 50 % 256;
    }
    for (boolean transparent : new boolean[] {false, true}) {
      for (PngFixture png : both(bitDepth, PngFixture.INDEXED, samples)) {
        png.chunk("PLTE", palette);
        if (transparent) {
          png.chunk("tRNS", alpha);
        }
        Frame frame = Images.decodeFrame(png.file());
        ClassMap map = Images.decodeClassMap(png.file());
        for (int i = 0; i < samples.length; i++) {
          int at = 3 * samples[i];
          assertPixel(frame, i % SIZE, i / SIZE, 0, palette[at], palette[at + 1], palette[at + 2]);
          assertEquals(samples[i], map.at(i % SIZE, i / SIZE));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  @DisplayName("a pixel has the colour that is stored, however transparent it is")
  void alpha(int bitDepth) throws IOException {
    int[] two = samples(bitDepth, 2);
    for (PngFixture png : both(bitDepth, PngFixture.GREY_ALPHA, two)) {
      Frame frame = Images.decodeFrame(png.file());
      for (int i = 0; i < SIZE * SIZE; i++) {
        int v = eight(two[2 * i], bitDepth);
        assertPixel(frame, i % SIZE, i / SIZE, 0, v, v, v);
      }
    }
    int[] four = samples(bitDepth, 4);
    for (PngFixture png : both(bitDepth, PngFixture.RGBA, four)) {
      assertColours(Images.decodeFrame(png.file()), four, 4, bitDepth);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void rgb(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 3);
    for (PngFixture png : both(bitDepth, PngFixture.RGB, samples)) {
      assertColours(Images.decodeFrame(png.file()), samples, 3, bitDepth);
    }
    for (PngFixture png : both(bitDepth, PngFixture.RGB, samples)) {
      // The colour of the first pixel is transparent.
      png.chunk(
          "tRNS",
          samples[0] >> 8,
          samples[0],
          samples[1] >> 8,
          samples[1],
          samples[2] >> 8,
          samples[2]);
      assertColours(Images.decodeFrame(png.file()), samples, 3, bitDepth);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16})
  void greyWithATransparentShade(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 1);
    for (PngFixture png : both(bitDepth, PngFixture.GREY, samples)) {
      png.chunk("tRNS", samples[3] >> 8, samples[3]);
      Frame frame = Images.decodeFrame(png.file());
      for (int i = 0; i < samples.length; i++) {
        int v = eight(samples[i], bitDepth);
        assertPixel(frame, i % SIZE, i / SIZE, 0, v, v, v);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  @DisplayName("a label's and a depth image's values stay as stored where one is transparent")
  void valuesWithATransparentShade(int bitDepth) throws IOException {
    int[] samples = samples(bitDepth, 1);
    Frame frame = Images.decodeFrame(new PngFixture(SIZE, SIZE, 8, 0, new int[SIZE * SIZE]).file());
    for (PngFixture png : both(bitDepth, PngFixture.GREY, samples)) {
      byte[] file = png.chunk("tRNS", 0, samples[3]).file();
      byte[] depth = Images.withDepth(frame, file).depth();
      byte[] metres = Images.withDepth(frame, file, DepthScale.parse("2")).depth();
      assertNotNull(depth);
      assertNotNull(metres);
      for (int i = 0; i < samples.length; i++) {
        assertEquals(samples[i], Images.decodeClassMap(file).at(i % SIZE, i / SIZE));
        assertEquals(samples[i], depth[i] & 0xFF);
        assertEquals(DepthScale.parse("2").disparity(samples[i]), metres[i] & 0xFF);
      }
    }
  }

  private static void assertColours(Frame frame, int[] samples, int channels, int bitDepth) {
    for (int i = 0; i < SIZE * SIZE; i++) {
      assertPixel(
          frame,
          i % SIZE,
          i / SIZE,
          0,
          eight(samples[channels * i], bitDepth),
          eight(samples[channels * i + 1], bitDepth),
          eight(samples[channels * i + 2], bitDepth));
    }
  }

  @Test
  @DisplayName("gamma is light to a power; the usual one and sRGB's chunk change nothing")
  void gamma() throws IOException {
    int[] grey = {0, 40, 128, 255};
    Frame linear =
        Images.decodeFrame(
            new PngFixture(4, 1, 8, PngFixture.GREY, grey).chunk("gAMA", 0, 1, 0x86, 0xA0).file());
    for (int i = 0; i < grey.length; i++) {
      int v = (int) Math.round(255 * IccFixture.encoded(grey[i] / 255.0));
      assertPixel(linear, i, 0, 0, v, v, v);
    }
    byte[] usual =
        new PngFixture(4, 1, 8, PngFixture.GREY, grey).chunk("gAMA", 0, 0, 0xB1, 0x8F).file();
    byte[] srgb =
        new PngFixture(4, 1, 8, PngFixture.GREY, grey)
            .chunk("gAMA", 0, 1, 0x86, 0xA0)
            .chunk("sRGB", 0)
            .file();
    for (byte[] file : new byte[][] {usual, srgb}) {
      assertPixel(Images.decodeFrame(file), 1, 0, 0, 40, 40, 40);
    }
  }

  @Test
  void primariesOfAnotherSpaceNeedAProfile() throws IOException {
    byte[] wide = new byte[32];
    ByteBuffer.wrap(wide)
        .putInt(31270)
        .putInt(32900)
        .putInt(70800)
        .putInt(29200)
        .putInt(17000)
        .putInt(79700)
        .putInt(13100)
        .putInt(4600);
    assertEquals(
        "PNG with primaries other than sRGB's (cHRM) and no colour profile is not read",
        refusal(new PngFixture(1, 1, 8, PngFixture.RGB, 1, 2, 3).chunk("cHRM", wide).file()));
    assertPixel(
        Images.decodeFrame(
            new PngFixture(1, 1, 8, PngFixture.RGB, 1, 2, 3)
                .chunk("cHRM", wide)
                .chunk("sRGB", 0)
                .file()),
        0,
        0,
        0,
        1,
        2,
        3);
    assertEquals(
        "PNG in another colour space than sRGB (cICP) is not read",
        refusal(
            new PngFixture(1, 1, 8, PngFixture.RGB, 1, 2, 3).chunk("cICP", 9, 16, 0, 1).file()));
    assertPixel(
        Images.decodeFrame(
            new PngFixture(1, 1, 8, PngFixture.RGB, 1, 2, 3).chunk("cICP", 1, 13, 0, 1).file()),
        0,
        0,
        0,
        1,
        2,
        3);
  }

  @Test
  @DisplayName("of an animated PNG the default picture is read")
  void animated() throws IOException {
    byte[] control = new byte[26];
    ByteBuffer.wrap(control).putInt(1).putInt(1).putInt(1);
    byte[] file =
        new PngFixture(1, 1, 8, PngFixture.RGB, 10, 20, 30)
            .chunk("acTL", 0, 0, 0, 1, 0, 0, 0, 0)
            .chunkAfterData("fcTL", control)
            .chunkAfterData(
                "fdAT",
                FlatJpeg.joined(
                    new byte[] {0, 0, 0, 2}, PngFixture.deflated(new byte[] {0, 90, 91, 92})))
            .file();
    assertPixel(Images.decodeFrame(file), 0, 0, 0, 10, 20, 30);
  }

  @Test
  void impossibleHeadersAreRefusedByName() throws IOException {
    assertEquals(
        "damaged PNG: colour type 2 of 4 bits does not exist",
        refusal(new PngFixture(1, 1, 4, PngFixture.RGB, 1, 2, 3).file()));
    assertEquals(
        "damaged PNG: colour type 5 of 8 bits does not exist",
        refusal(new PngFixture(1, 1, 8, 5, 1, 2, 3).file()));
    assertEquals(
        "damaged PNG: it has no palette for its colours",
        refusal(new PngFixture(1, 1, 8, PngFixture.INDEXED, 1).file()));
    assertEquals(
        "PNG with the critical chunk 'CgBI' is not read",
        refusal(new PngFixture(1, 1, 8, PngFixture.GREY, 1).chunk("CgBI", 0, 0, 0, 0).file()));
  }
}
