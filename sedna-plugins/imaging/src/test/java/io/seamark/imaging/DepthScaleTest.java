package io.seamark.imaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.perception.Frame;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Depth files become the disparity that RFNet reads: 473 pixels at one metre. */
class DepthScaleTest {
  // NullAway does not see across modules that a frame may lack depth.
  @SuppressWarnings("NullAway")
  private static byte[] depth(String scale, int bitDepth, int... samples) throws IOException {
    Frame frame = new Frame(samples.length, 1, new byte[3 * samples.length], null);
    byte[] file = new PngFixture(samples.length, 1, bitDepth, PngFixture.GREY, samples).file();
    return Images.withDepth(frame, file, DepthScale.parse(scale)).depth();
  }

  @Test
  @DisplayName("millimetres, values below 256 among them; 0 is unknown, far is 0, near is 255")
  void metres() throws IOException {
    assertArrayEquals(
        PngFixture.bytes(0, 255, 255, 255, 237, 95, 47, 9, 7),
        depth("0.001", 16, 0, 1, 200, 1855, 2000, 5000, 10_000, 50_000, 65_535));
    // An 8-bit file in half metres: 0.5 m, 10 m, 127.5 m.
    assertArrayEquals(PngFixture.bytes(0, 255, 47, 4), depth("0.5", 8, 0, 1, 20, 255));
  }

  @Test
  @DisplayName("Cityscapes's disparity: one less, over 256")
  void cityscapes() throws IOException {
    assertArrayEquals(
        PngFixture.bytes(0, 0, 0, 1, 31, 126, 255),
        depth("cityscapes", 16, 0, 1, 128, 129, 1 + 31 * 256, 1 + 126 * 256, 65_535));
  }

  @Test
  void eightBitsStayAsTheyAre() throws IOException {
    assertArrayEquals(PngFixture.bytes(0, 1, 77, 255), depth("", 8, 0, 1, 77, 255));
    assertArrayEquals(PngFixture.bytes(0, 15), depth("", 4, 0, 15));
  }

  @Test
  void sixteenBitsWithoutAScaleAreRefused() {
    assertEquals(
        "the depth image has 16 bits, so what its values mean must be stated: depth.scale in"
            + " metres a unit (0.001 where they are millimetres), or cityscapes for Cityscapes's"
            + " disparity",
        assertThrows(IOException.class, () -> depth("", 16, 1, 2)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN", "Infinity", "mm", "1e999", "0x"})
  void otherScales(String text) {
    assertEquals(
        "depth.scale is '"
            + text
            + "', but must be the metres of a unit, above 0, such as 0.001 where files hold"
            + " millimetres, or cityscapes for Cityscapes's disparity files",
        assertThrows(IllegalArgumentException.class, () -> DepthScale.parse(text)).getMessage());
  }
}
