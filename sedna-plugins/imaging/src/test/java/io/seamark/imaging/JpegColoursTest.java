package io.seamark.imaging;

import static io.seamark.imaging.PixelAssertions.assertPixel;
import static io.seamark.imaging.PixelAssertions.refusal;
import static io.seamark.imaging.PixelAssertions.rgbOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers for every kind of JPEG, by the arithmetic of its standards. */
class JpegColoursTest {
  private static final int[] LEFT_RIGHT_1 = {180, 60};
  private static final int[] LEFT_RIGHT_2 = {90, 140};
  private static final int[] LEFT_RIGHT_3 = {200, 100};
  private static final int[] LEFT_RIGHT_4 = {255, 128};

  private static FlatJpeg three() {
    return new FlatJpeg(16, 8, LEFT_RIGHT_1, LEFT_RIGHT_2, LEFT_RIGHT_3);
  }

  private static FlatJpeg four() {
    return new FlatJpeg(16, 8, LEFT_RIGHT_1, LEFT_RIGHT_2, LEFT_RIGHT_3, LEFT_RIGHT_4);
  }

  private static void assertYcc(byte[] file) throws IOException {
    Frame frame = Images.decodeFrame(file);
    assertPixel(frame, 2, 4, 1, rgbOf(180, 90, 200));
    assertPixel(frame, 13, 4, 1, rgbOf(60, 140, 100));
  }

  private static void assertRgb(byte[] file) throws IOException {
    Frame frame = Images.decodeFrame(file);
    assertPixel(frame, 2, 4, 0, 180, 90, 200);
    assertPixel(frame, 13, 4, 0, 60, 140, 100);
  }

  @Test
  void grey() throws IOException {
    for (FlatJpeg jpeg :
        new FlatJpeg[] {
          new FlatJpeg(16, 8, LEFT_RIGHT_1),
          new FlatJpeg(16, 8, LEFT_RIGHT_1).jfif(),
          new FlatJpeg(16, 8, LEFT_RIGHT_1).adobe(0)
        }) {
      Frame frame = Images.decodeFrame(jpeg.file());
      assertPixel(frame, 0, 0, 0, 180, 180, 180);
      assertPixel(frame, 15, 7, 0, 60, 60, 60);
    }
  }

  @Test
  @DisplayName("JFIF, Adobe's transform 1 and EXIF mean luminance and chrominance")
  void luminanceAndChrominance() throws IOException {
    assertYcc(three().jfif().file());
    assertYcc(three().adobe(1).file());
    assertYcc(three().jfif().adobe(1).file());
    assertYcc(three().exif(Orientation.block(1)).file());
    // JFIF goes first, whatever an Adobe marker says beside it.
    assertYcc(three().jfif().adobe(0).file());
    assertYcc(three().jfif().ids('R', 'G', 'B').file());
  }

  @Test
  @DisplayName("without a marker it is luminance and chrominance too, whatever the sampling")
  void noMarker() throws IOException {
    assertYcc(three().file());
    assertYcc(three().ids(0, 1, 2).file());
    assertYcc(three().ids(7, 8, 9).file());
    Frame frame =
        Images.decodeFrame(
            new FlatJpeg(16, 16, new int[] {180}, new int[] {90}, new int[] {200})
                .sampling(0x22, 0x11, 0x11)
                .file());
    assertPixel(frame, 8, 8, 1, rgbOf(180, 90, 200));
  }

  @Test
  void rgb() throws IOException {
    assertRgb(three().adobe(0).file());
    assertRgb(three().ids('R', 'G', 'B').file());
  }

  @Test
  @DisplayName("CMYK is stored inverted: what is left of the light is colour times black")
  void cmyk() throws IOException {
    for (byte[] file : new byte[][] {four().adobe(0).file(), four().file()}) {
      Frame frame = Images.decodeFrame(file);
      assertPixel(frame, 2, 4, 1, 180, 90, 200);
      assertPixel(frame, 13, 4, 1, 60 * 128 / 255, 140 * 128 / 255, 100 * 128 / 255);
    }
  }

  @Test
  @DisplayName("YCCK: luminance and chrominance of 255 less the stored inks")
  void ycck() throws IOException {
    Frame frame = Images.decodeFrame(four().adobe(2).file());
    int[] left = rgbOf(180, 90, 200);
    int[] right = rgbOf(60, 140, 100);
    assertPixel(frame, 2, 4, 1, 255 - left[0], 255 - left[1], 255 - left[2]);
    assertPixel(
        frame,
        13,
        4,
        1,
        (255 - right[0]) * 128 / 255,
        (255 - right[1]) * 128 / 255,
        (255 - right[2]) * 128 / 255);
  }

  @Test
  void progressiveIsReadAsBaselineIs() throws IOException {
    byte[] rgb = Images.decodeFrame(three().jfif().file()).rgb();
    BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 128; i++) {
      int colour =
          ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF);
      image.setRGB(i % 16, i / 16, colour);
    }
    ImageWriter writer = Decoder.writer(Format.JPEG);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
    byte[] file = bytes.toByteArray();
    boolean progressive = false;
    for (int i = 0; i + 1 < file.length; i++) {
      progressive |= (file[i] & 0xFF) == 0xFF && (file[i + 1] & 0xFF) == 0xC2;
    }
    assertTrue(progressive, "not progressive");
    assertPixel(Images.decodeFrame(file), 2, 4, 4, rgbOf(180, 90, 200));
    assertPixel(Images.decodeFrame(file), 13, 4, 4, rgbOf(60, 140, 100));
  }

  @ParameterizedTest
  @CsvSource({
    "0xC3, lossless JPEG is not read",
    "0xC5, hierarchical JPEG is not read",
    "0xC9, arithmetic-coded JPEG is not read",
    "0xCA, arithmetic-coded progressive JPEG is not read",
    "0xCB, arithmetic-coded lossless JPEG is not read",
  })
  void otherProcessesAreRefusedByName(String marker, String reason) {
    assertEquals(
        reason + ", only baseline and progressive",
        refusal(three().jfif().frame(Integer.decode(marker)).file()));
  }

  @Test
  void otherShapesAreRefusedByName() {
    assertEquals(
        "JPEG of 12 bits a channel is not read, only of 8",
        refusal(three().frame(0xC1).precision(12).file()));
    assertEquals(
        "JPEG of 2 channels is not read, only of 1, 3 or 4",
        refusal(new FlatJpeg(16, 8, LEFT_RIGHT_1, LEFT_RIGHT_2).file()));
    assertEquals(
        "damaged JPEG: its Adobe marker says colour transform 2 for 3 channels",
        refusal(three().adobe(2).file()));
    assertEquals("the header says 16x0 pixels", refusal(new FlatJpeg(16, 0, LEFT_RIGHT_1).file()));
  }

  @Test
  @DisplayName("what goes to the cloud decodes to the same pixels there")
  void storedBytesMeanTheSame() throws IOException {
    byte[] note = new byte[40_000];
    for (FlatJpeg jpeg :
        new FlatJpeg[] {
          three().jfif(),
          three(),
          three().adobe(0),
          three().ids('R', 'G', 'B'),
          four().adobe(0),
          four().adobe(2),
          four(),
          new FlatJpeg(16, 8, LEFT_RIGHT_1)
        }) {
      byte[] plain = jpeg.file();
      byte[] heavy = jpeg.exif(Orientation.block(6)).segment(0xFE, note).file();
      byte[] stored = Images.encoded(heavy).bytes();
      assertTrue(stored.length < 2_000, stored.length + " bytes");
      assertArrayEquals(plain, Images.encoded(plain).bytes());
      assertEquals(new Images.Size(8, 16), Images.size(stored));
      assertArrayEquals(Images.decodeFrame(heavy).rgb(), Images.decodeFrame(stored).rgb());
    }
  }
}
