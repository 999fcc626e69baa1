package io.seamark.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.DepthScale;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.EncodedImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an index's files are read as. */
class SampleIndexTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void sixteenBitDepthHasAScaleHereToo() throws IOException {
    Path index = index("d.png");
    depth("d.png", 2000);
    List<String> failures = new ArrayList<>();
    SampleIndex.Entry entry = SampleIndex.read(index, failures).entries().get(0);
    assertEquals(List.of(), failures);
    String reason =
        String.valueOf(
            assertThrows(IOException.class, () -> entry.read(DepthScale.AS_STORED)).getMessage());
    assertTrue(
        reason.startsWith(folder.resolve("d.png") + ": the depth image has 16 bits"), reason);

    SampleIndex.Labelled read = entry.read(DepthScale.parse("0.001"));
    byte[] depth = read.frame().depth();
    assertNotNull(depth);
    assertEquals(237, depth[0] & 0xFF);
    // What is sent means the same without the scale.
    byte[] png = read.depthPng();
    assertNotNull(png);
    assertArrayEquals(depth, Images.withDepth(read.frame(), png).depth());
  }

  @Test
  void disparityIsKnownByItsNameAndOtherFormatsAreSentAsPng() throws IOException {
    Path index = index("x_disparity.png");
    depth("x_disparity.png", 1 + 40 * 256);
    SampleIndex.Labelled read =
        SampleIndex.read(index, new ArrayList<>()).entries().get(0).read(DepthScale.AS_STORED);
    byte[] depth = read.frame().depth();
    assertNotNull(depth);
    assertEquals(40, depth[0]);
    assertEquals(EncodedImage.PNG, read.image().mediaType());
    assertArrayEquals(read.frame().rgb(), Images.decodeFrame(read.image().bytes()).rgb());
  }

  private Path index(String depth) throws IOException {
    ImageIO.write(
        new BufferedImage(4, 2, BufferedImage.TYPE_3BYTE_BGR),
        "tiff",
        folder.resolve("a.tif").toFile());
    Files.write(folder.resolve("l.png"), Images.encodeClassMap(new ClassMap(4, 2, new byte[8])));
    return Files.writeString(folder.resolve("index.txt"), "a.tif " + depth + " l.png\n");
  }

  private void depth(String name, int value) throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 8; i++) {
      image.getRaster().setSample(i % 4, i / 4, 0, value);
    }
    ImageIO.write(image, "png", folder.resolve(name).toFile());
  }
}
