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
import org.junit.jupiter.api.Test;

class MinersTest {
  private final PluginRegistry registry =
      PluginRegistry.discover(null, getClass().getClassLoader());

  @Test
  void scoreMargin_isTheMeanDifferenceOfTheTwoHighestProbabilities() {
    // (0.9 - 0.1 + 0.5 - 0.3) / 2
    Prediction prediction = prediction(new float[] {0.9f, 0.5f}, new float[] {0.1f, 0.3f});

    MiningDecision hard = miner("score_margin", Map.of()).mine(prediction);
    MiningDecision easy = miner("score_margin", Map.of("threshold", "0.4")).mine(prediction);

    assertEquals(0.5, hard.score(), 1e-6);
    assertEquals(new MiningDecision.Hard(hard.score(), 0.87, "margin 0.500 < 0.870"), hard);
    assertEquals(new MiningDecision.Easy(easy.score(), 0.4, "margin 0.500 >= 0.400"), easy);
  }

  @Test
  void scoreMargin_atTheThresholdIsEasy() {
    Prediction prediction = prediction(new float[] {0.75f}, new float[] {0.25f});

    assertEquals(
        new MiningDecision.Easy(0.5, 0.5, "margin 0.500 >= 0.500"),
        miner("score_margin", Map.of("threshold", "0.5")).mine(prediction));
  }

  @Test
  void confidenceShare_isTheShareOfPixelsAboveTheConfidence() {
    Prediction prediction =
        prediction(new float[] {0.95f, 0.875f, 0.99f, 0.5f}, new float[] {0, 0, 0, 0});

    assertEquals(
        new MiningDecision.Hard(0.5, 0.95, "sure pixels 0.500 <= 0.950"),
        miner("confidence_share", Map.of()).mine(prediction));
    assertEquals(
        new MiningDecision.Easy(0.75, 0.5, "sure pixels 0.750 > 0.500"),
        miner("confidence_share", Map.of("threshold", "0.5", "confidence", "0.8"))
            .mine(prediction));
  }

  @Test
  void confidenceShare_atTheThresholdIsHardAndAtTheConfidenceIsUnsure() {
    Prediction prediction = prediction(new float[] {1, 0.5f}, new float[] {0, 0.5f});

    assertEquals(
        new MiningDecision.Hard(0.5, 0.5, "sure pixels 0.500 <= 0.500"),
        miner("confidence_share", Map.of("threshold", "0.5", "confidence", "0.5"))
            .mine(prediction));
  }

  @Test
  void miners_refuseWhatIsNotANumber() {
    Prediction prediction = prediction(new float[] {1, Float.NaN}, new float[] {0, 0});

    assertEquals(
        "the prediction cannot be judged: its margin is NaN",
        assertThrows(
                IllegalArgumentException.class,
                () -> miner("score_margin", Map.of()).mine(prediction))
            .getMessage());
    assertEquals(
        "the prediction cannot be judged: its probability is NaN",
        assertThrows(
                IllegalArgumentException.class,
                () -> miner("confidence_share", Map.of("threshold", "0")).mine(prediction))
            .getMessage());
  }

  @Test
  void miners_saySoWhenAHyperparameterIsOutOfRange() {
    assertEquals(
        "hard_example_mining.score_margin.threshold is '1.5', but must be a number from 0 to 1",
        assertThrows(
                IllegalArgumentException.class,
                () -> miner("score_margin", Map.of("threshold", "1.5")))
            .getMessage());
  }

  private HardExampleMining miner(String name, Map<String, String> values) {
    return registry.create(PluginKind.HARD_EXAMPLE_MINING, name, values, 1, 1);
  }

  private static Prediction prediction(float[] top, float[] second) {
    int width = top.length;
    return new Prediction(
        new ClassMap(width, 1, new byte[width]),
        new ClassScores(1, width, 1, new float[width]),
        new PixelConfidence(width, 1, top, second, new float[width]));
  }
}
