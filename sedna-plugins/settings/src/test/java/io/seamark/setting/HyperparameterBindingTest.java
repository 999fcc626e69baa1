package io.seamark.setting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.plugin.Hyperparameter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HyperparameterBindingTest {
  record Grid(
      @Hyperparameter(
              text = "Points a side.",
              defaultValue = "-1",
              fallback = "32",
              min = 1,
              max = 64,
              unit = "points")
          int pointsPerSide,
      @Hyperparameter(text = "Share.", defaultValue = "-1", fallback = "0.5", min = 0, max = 1)
          double share,
      @Hyperparameter(text = "Number.", defaultValue = "3", min = 1) int number) {}

  private static final HyperparameterBinding<Grid> GRID = new HyperparameterBinding<>(Grid.class);
  private static final HyperparameterBinding<Grid> FOLDER =
      GRID.ofFolder(name -> name.replace('-', '_'));

  @Test
  void theDefaultBesidesTheRangeIsTakenAndTold() {
    assertEquals(new Grid(-1, -1, 3), GRID.bind(Map.of()));
    assertEquals(new Grid(-1, -1, 3), GRID.bind(Map.of("points-per-side", "-1", "share", "-1.0")));
    HyperparameterSpec points = GRID.specs().get(0);
    assertEquals("a whole number of points from 1 to 64, or -1", points.rule());
    assertEquals("Points a side. -1: as the model folder says, else 32.", points.text());
    assertEquals("Number.", GRID.specs().get(2).text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.5", "-2", "1.01", "-1.0000001"})
  void whatLiesBetweenDefaultAndRangeIsRefused(String share) {
    assertEquals(
        "share is '" + share + "', but must be a number from 0 to 1, or -1",
        assertThrows(IllegalArgumentException.class, () -> GRID.bind(Map.of("share", share)))
            .getMessage());
  }

  @Test
  void aFolderLeavesNothingOpen() {
    assertEquals(new Grid(32, 0.5, 3), FOLDER.bind(Map.of()));
    assertEquals(new Grid(8, 0.5, 3), FOLDER.bind(Map.of("points_per_side", "8")));
    assertEquals(
        "points_per_side is '-1', but must be a whole number of points from 1 to 64",
        assertThrows(
                IllegalArgumentException.class, () -> FOLDER.bind(Map.of("points_per_side", "-1")))
            .getMessage());
  }

  @Test
  void allows_isTheRangeAndThatDefault() {
    HyperparameterSpec share = GRID.specs().get(1);
    assertTrue(share.allows(0) && share.allows(1) && share.allows(-1));
    assertFalse(share.allows(-0.5) || share.allows(Double.NaN));
    assertFalse(GRID.specs().get(2).allows(0));
    assertFalse(FOLDER.specs().get(1).allows(-1));
  }

  @Test
  void unknownNamesAndWrongValuesAreToldTogether() {
    assertEquals(
        """
        points is set, but must be one of points-per-side, share, number
        number is '0', but must be a whole number of at least 1""",
        assertThrows(
                IllegalArgumentException.class,
                () -> GRID.bind(Map.of("points", "1", "number", "0")))
            .getMessage());
  }
}
