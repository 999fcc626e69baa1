package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decodes in processes whose heap is as large as the bound, and little more. */
class DecodingMemoryTest {
  private static final int SIDE = 2200;

  /** What a process needs besides: the file and Java itself. */
  private static final int BESIDES = 16 << 20;

  @TempDir private Path folder = Path.of("");

  /** The process: decodes a file and says how large it is. */
  public static void main(String[] arguments) throws IOException {
    byte[] file = Files.readAllBytes(Path.of(arguments[0]));
    Frame frame = Images.decodeFrame(file);
    System.out.println(frame.width() + "x" + frame.height());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jpeg",
        "jpeg that is turned",
        "jpeg of inks",
        "png",
        "16 bit png with transparency"
      })
  @DisplayName("the bound for decoding is one")
  void peak_isEnough(String kind) throws Exception {
    Path file = folder.resolve("image");
    if (kind.startsWith("16")) {
      var model =
          new ComponentColorModel(
              java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB),
              true,
              false,
              java.awt.Transparency.TRANSLUCENT,
              DataBuffer.TYPE_USHORT);
      var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, SIDE, SIDE, 4, null);
      ImageIO.write(new BufferedImage(model, raster, false, null), "png", file.toFile());
    } else if (kind.startsWith("jpeg ")) {
      int[] values = new int[(SIDE + 7) / 8 * ((SIDE + 7) / 8)];
      FlatJpeg jpeg =
          kind.endsWith("inks")
              ? new FlatJpeg(SIDE, SIDE, values, values, values, values).adobe(2)
              : new FlatJpeg(SIDE, SIDE, values, values, values);
      Files.write(file, jpeg.exif(Orientation.block(6)).file());
    } else {
      byte[] rgb = new byte[3 * SIDE * SIDE];
      // A noisy strip, so that the file is no trifle.
      byte[] noise = new byte[3 * SIDE * 64];
      new Random(1).nextBytes(noise);
      System.arraycopy(noise, 0, rgb, 0, noise.length);
      Frame frame = new Frame(SIDE, SIDE, rgb, null);
      Files.write(
          file, kind.equals("jpeg") ? Images.encodeJpeg(frame, 0.9f) : Images.encodePng(frame));
    }
    long heap = DecodingMemory.peak(SIDE, SIDE, false) + Files.size(file) + BESIDES;
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (heap >> 20) + "m",
                "-XX:+UseSerialGC",
                "-XX:MaxNewSize=4m",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                DecodingMemoryTest.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running");
    assertEquals(SIDE + "x" + SIDE, Files.readString(said).strip());
  }
}
