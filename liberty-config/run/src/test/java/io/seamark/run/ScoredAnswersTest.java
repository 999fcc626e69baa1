package io.seamark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ConfusionMatrix;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoredAnswersTest {
  private static ConfiguredPlugins plugins(Map<String, String> settings) {
    return new ConfiguredPlugins(
        PluginRegistry.discover(null, ScoredAnswersTest.class.getClassLoader()), settings, 1, 1);
  }

  @Test
  void eachNamedMetricIsComputedOfBothAnswers() {
    ConfusionMatrix right = new ConfusionMatrix(RunFixtures.CLASSES);
    right.add(RunFixtures.map(1), RunFixtures.map(1));
    ConfusionMatrix wrong = new ConfusionMatrix(RunFixtures.CLASSES);
    wrong.add(RunFixtures.map(1), RunFixtures.map(0));
    Map<String, ScoredAnswers> scored =
        ScoredAnswers.by(
            plugins(Map.of("seamark.metric", "pixel_accuracy, mean_iou")), wrong, right);
    assertEquals(List.of("pixel_accuracy", "mean_iou"), List.copyOf(scored.keySet()));
    assertEquals(new ScoredAnswers(0, 1), scored.get("pixel_accuracy"));
    assertEquals(new ScoredAnswers(0, 1), scored.get("mean_iou"));
    assertEquals(
        List.of("mean_iou"),
        List.copyOf(ScoredAnswers.by(plugins(Map.of()), wrong, right).keySet()));
  }

  @Test
  void aNameThatIsNoneIsRefusedWithTheRightOnes() {
    String said =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> plugins(Map.of("seamark.metric", "mean_iou,mean_oui")))
                .getMessage());
    assertTrue(said.startsWith("seamark.metric is 'mean_oui', but must be one of"), said);
  }
}
