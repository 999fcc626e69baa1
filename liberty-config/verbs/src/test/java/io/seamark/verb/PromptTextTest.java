package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.unknown.segment.MaskPrompt;
import io.seamark.unknown.segment.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptTextTest {
  @Test
  void pointsAndBoxes() {
    assertEquals(Prompt.at(240, 180.5f), PromptText.points("240,180.5"));
    assertEquals(
        new Prompt(
            List.of(
                new Prompt.Point(1, 2, true),
                new Prompt.Point(3, 4, false),
                new Prompt.Point(5, 6, true)),
            null),
        PromptText.points("1,2:3,4,0:5,6,1"));
    assertEquals(Prompt.around(new Box(1, 2, 3, 4)), PromptText.box("1,2,3,4"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1,2,3", "1,2:", "-1,2", "NaN,2", "1;2", "1,2,0"})
  void wrongPoints(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PromptText.points(text));
    assertTrue(Objects.requireNonNull(e.getMessage()).startsWith("--points " + text + ": "));
  }

  // The compiler drops the annotation of a record's array component from its constructor.
  @SuppressWarnings("NullAway")
  private static byte[] png(byte[] rgb) {
    return Images.encodePng(new Frame(6, 4, rgb, null));
  }

  @Test
  void whiteOfAPictureIsARoughMask(@TempDir Path folder) throws IOException {
    byte[] rgb = new byte[3 * 6 * 4];
    Arrays.fill(rgb, 3 * 8, 3 * 10, (byte) 255);
    // Darker than the half, and the half.
    Arrays.fill(rgb, 3 * 14, 3 * 15, (byte) 127);
    Arrays.fill(rgb, 3 * 15, 3 * 16, (byte) 128);
    Path file = folder.resolve("rough.png");
    Files.write(file, png(rgb));
    BitSet white = new BitSet();
    white.set(8, 10);
    white.set(15);
    assertEquals(Prompt.like(new MaskPrompt.Pixels(6, 4, white)), PromptText.mask(file));
    assertEquals(new Box(2, 1, 2, 2), PromptText.mask(file).box());
    Files.write(file, png(new byte[rgb.length]));
    assertEquals(
        "--mask-prompts " + file + ": a mask prompt marks no pixel",
        assertThrows(IllegalArgumentException.class, () -> PromptText.mask(file)).getMessage());
    Files.writeString(file, "no picture");
    assertTrue(
        Objects.requireNonNull(
                assertThrows(IllegalArgumentException.class, () -> PromptText.mask(file))
                    .getMessage())
            .startsWith("--mask-prompts " + file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1.5,2,3,4", "999999,1,1,1"})
  void wrongBoxes(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PromptText.box(text));
    assertTrue(Objects.requireNonNull(e.getMessage()).startsWith("--boxes " + text));
  }
}
