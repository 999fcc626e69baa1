package io.seamark.verb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.SegmentMask.Box;
import io.seamark.unknown.segment.Prompt;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
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

  @ParameterizedTest
  @ValueSource(strings = {"", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1.5,2,3,4", "999999,1,1,1"})
  void wrongBoxes(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PromptText.box(text));
    assertTrue(Objects.requireNonNull(e.getMessage()).startsWith("--boxes " + text));
  }
}
