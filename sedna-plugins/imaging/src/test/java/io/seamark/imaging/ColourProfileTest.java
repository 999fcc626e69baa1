package io.seamark.imaging;

import static io.seamark.imaging.PixelAssertions.assertPixel;
import static io.seamark.imaging.PixelAssertions.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Embedded ICC profiles, with answers by the arithmetic of their standard. */
class ColourProfileTest {
  private static final byte[] WIDE = IccFixture.rgb(IccFixture.ADOBE_RGB, 2.2);
  private static final int[] COLOURS = {200, 60, 40, 30, 160, 90, 128, 128, 128, 10, 20, 230};

  private static PngFixture png() {
    return new PngFixture(4, 1, 8, PngFixture.RGB, COLOURS);
  }

  private static void assertWide(Frame frame, int tolerance) {
    for (int i = 0; i < 4; i++) {
      int[] expected =
          IccFixture.expected(
              IccFixture.ADOBE_RGB, 2.2, COLOURS[3 * i], COLOURS[3 * i + 1], COLOURS[3 * i + 2]);
      assertPixel(frame, i, 0, tolerance, expected);
    }
  }

  @Test
  @DisplayName("a picture in Adobe RGB becomes sRGB, be it PNG, palette, 16 bits, JPEG or RGB JPEG")
  void wideColours() throws IOException {
    assertWide(Images.decodeFrame(png().profile(WIDE).file()), 2);
    int[] sixteen = Arrays.stream(COLOURS).map(v -> v * 257).toArray();
    assertWide(
        Images.decodeFrame(new PngFixture(4, 1, 16, PngFixture.RGB, sixteen).profile(WIDE).file()),
        2);
    assertWide(
        Images.decodeFrame(
            new PngFixture(4, 1, 2, PngFixture.INDEXED, 0, 1, 2, 3)
                .chunk("PLTE", COLOURS)
                .profile(WIDE)
                .file()),
        2);
    // The red differs by far from what it would be without the profile.
    assertTrue(IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, 200, 60, 40)[0] > 225);

    FlatJpeg jpeg =
        new FlatJpeg(16, 8, new int[] {200, 30}, new int[] {60, 160}, new int[] {40, 90})
            .adobe(0)
            .icc(WIDE, 1);
    Frame rgb = Images.decodeFrame(jpeg.file());
    assertPixel(rgb, 1, 1, 2, IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, 200, 60, 40));
    assertPixel(rgb, 14, 1, 2, IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, 30, 160, 90));
    int[] stored = PixelAssertions.rgbOf(120, 110, 170);
    Frame ycc =
        Images.decodeFrame(
            new FlatJpeg(8, 8, new int[] {120}, new int[] {110}, new int[] {170})
                .jfif()
                .icc(WIDE, 3)
                .file());
    assertPixel(ycc, 4, 4, 3, IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, stored));
  }

  @Test
  @DisplayName("a profile that means sRGB leaves every value as it is")
  void srgb() throws IOException {
    // Gamma 2.2 is not sRGB's curve, but near enough for values that are not dark.
    byte[] almost = IccFixture.rgb(IccFixture.SRGB, 2.2);
    Frame frame = Images.decodeFrame(png().profile(almost).file());
    assertPixel(frame, 0, 0, 6, 200, 60, 40);
    byte[] own = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
    assertArrayEquals(
        Images.decodeFrame(png().file()).rgb(),
        Images.decodeFrame(png().profile(own).file()).rgb());
    FlatJpeg jpeg = new FlatJpeg(8, 8, new int[] {99}, new int[] {77}, new int[] {150}).jfif();
    assertArrayEquals(
        Images.decodeFrame(jpeg.file()).rgb(), Images.decodeFrame(jpeg.icc(own, 2).file()).rgb());
  }

  @Test
  void grey() throws IOException {
    byte[] linear = IccFixture.grey(1);
    int[] shades = {0, 50, 128, 255};
    Frame png =
        Images.decodeFrame(new PngFixture(4, 1, 8, PngFixture.GREY, shades).profile(linear).file());
    for (int i = 0; i < shades.length; i++) {
      int v = (int) Math.round(255 * IccFixture.encoded(shades[i] / 255.0));
      assertPixel(png, i, 0, 2, v, v, v);
    }
    Frame jpeg =
        Images.decodeFrame(new FlatJpeg(8, 8, new int[] {50}).jfif().icc(linear, 1).file());
    int v = (int) Math.round(255 * IccFixture.encoded(50 / 255.0));
    assertPixel(jpeg, 3, 3, 2, v, v, v);
    // Grey made of a colour picture often keeps that one's profile.
    Frame kept =
        Images.decodeFrame(new PngFixture(4, 1, 8, PngFixture.GREY, shades).profile(WIDE).file());
    assertPixel(kept, 2, 0, 2, IccFixture.expected(IccFixture.ADOBE_RGB, 2.2, 128, 128, 128));
  }

  @Test
  @DisplayName("inks become what their profile says they look like")
  void inks() throws IOException {
    int[][] lab = new int[16][];
    for (int i = 0; i < 16; i++) {
      lab[i] = new int[] {i == 0 ? 100 : (i & 1) != 0 ? 5 : 60, i == 8 ? -30 : 0, i == 8 ? -40 : 0};
    }
    byte[] profile = IccFixture.inks(lab);
    // No ink; all of the first one; all of black. Stored inverted.
    int[] all = {255, 0, 255};
    int[] none = {255, 255, 255};
    FlatJpeg jpeg = new FlatJpeg(24, 8, all, none, none, new int[] {255, 255, 0}).adobe(0);
    Frame frame = Images.decodeFrame(jpeg.icc(profile, 1).file());
    assertPixel(frame, 3, 3, 3, 255, 255, 255);
    assertPixel(frame, 11, 3, 4, IccFixture.ofLab(60, -30, -40));
    assertPixel(frame, 20, 3, 4, IccFixture.ofLab(5, 0, 0));
  }

  @Test
  void whatCannotBeUsedIsRefusedByName() throws IOException {
    FlatJpeg jpeg = new FlatJpeg(8, 8, new int[] {99}, new int[] {77}, new int[] {150});
    assertEquals(
        "its colour profile is broken: parts of it are missing or it is too large",
        refusal(jpeg.jfif().iccPart(1, 2, WIDE).file()));
    assertEquals(
        "its colour profile is broken or for other colours than its RGB",
        refusal(png().profile(new byte[200]).file()));
    assertEquals(
        "its colour profile is broken or for other colours than its RGB",
        refusal(png().profile(IccFixture.grey(2)).file()));
    assertEquals(
        "its colour profile is broken or for other colours than its inks",
        refusal(
            new FlatJpeg(8, 8, new int[1], new int[1], new int[1], new int[1])
                .adobe(0)
                .icc(WIDE, 1)
                .file()));
    byte[] cut = Arrays.copyOf(WIDE, 180);
    String reason = refusal(png().profile(cut).file());
    assertTrue(reason.startsWith("its colour profile is broken: "), reason);
    assertEquals(
        "its colour profile is broken: it is not compressed as PNG says",
        refusal(png().chunk("iCCP", 'x', 0, 0, 9, 9, 9, 9, 9).file()));
    assertEquals(
        "its colour profile is broken: it has more than 4194304 bytes",
        refusal(png().profile(new byte[5 << 20]).file()));
  }

  @Test
  @DisplayName("a label's or depth image's values are no colours, so a profile does not matter")
  void labelsHaveNoColours() throws IOException {
    byte[] file = new PngFixture(2, 1, 8, PngFixture.GREY, 3, 200).profile(new byte[200]).file();
    assertArrayEquals(PngFixture.bytes(3, 200), Images.decodeClassMap(file).classes());
    byte[] linear =
        new PngFixture(2, 1, 8, PngFixture.GREY, 3, 200).chunk("gAMA", 0, 1, 0x86, 0xA0).file();
    assertArrayEquals(PngFixture.bytes(3, 200), Images.decodeClassMap(linear).classes());
    Frame frame = Images.decodeFrame(new PngFixture(2, 1, 8, PngFixture.GREY, 1, 1).file());
    assertArrayEquals(PngFixture.bytes(3, 200), Images.withDepth(frame, file).depth());
  }
}
