package io.seamark.mining;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.HardExampleMining;
import io.seamark.plugin.MiningDecision;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.PluginRegistry;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AppealNetTest {
  private static MiningDecision mine(@Nullable Double q, String threshold) {
    try (PluginRegistry registry =
        PluginRegistry.discover(null, AppealNetTest.class.getClassLoader())) {
      HardExampleMining miner =
          registry.create(
              PluginKind.HARD_EXAMPLE_MINING, "appealnet", Map.of("threshold", threshold), 1, 1);
      return miner.mine(
          new Prediction(
              new ClassMap(1, 1, new byte[1]),
              new ClassScores(1, 1, 1, new float[1]),
              new PixelConfidence(1, 1, new float[] {1}, new float[1], new float[1]),
              q));
    }
  }

  @Test
  void belowTheThresholdIsHard_atItEasy() {
    assertEquals(new MiningDecision.Hard(0.25, 0.5, "q 0.250 < 0.500"), mine(0.25, "0.5"));
    assertEquals(new MiningDecision.Easy(0.5, 0.5, "q 0.500 >= 0.500"), mine(0.5, "0.5"));
  }

  @Test
  void modelWithoutTheHead_isNamedWithTheWayToGetOne() {
    assertEquals(
        "hard_example_mining is appealnet, but the edge model has no AppealNet head; 'seamark model"
            + " appealnet' gives it one",
        assertThrows(IllegalArgumentException.class, () -> mine(null, "0.5")).getMessage());
  }

  @Test
  void whatIsNotANumber_isRefused() {
    assertEquals(
        "the prediction cannot be judged: its q(z=1|x) is NaN",
        assertThrows(IllegalArgumentException.class, () -> mine(Double.NaN, "0")).getMessage());
  }
}
