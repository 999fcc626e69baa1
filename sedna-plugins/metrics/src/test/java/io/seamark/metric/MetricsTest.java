package io.seamark.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.plugin.PluginKind;
import io.seamark.registry.PluginRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void metrics_areTheFiguresOfTheConfusionMatrix() {
    ConfusionMatrix counts = new ConfusionMatrix(3);
    counts.add(
        new ClassMap(4, 1, new byte[] {0, 0, 1, (byte) 255}),
        new ClassMap(4, 1, new byte[] {0, 1, 1, 0}));

    // Classes 0 and 1 are each right once in two pixels of label or answer; class 2 never occurs.
    assertEquals(0.5, compute("mean_iou", counts));
    assertEquals(2.0 / 3, compute("pixel_accuracy", counts));
    assertEquals(Double.NaN, compute("mean_iou", new ConfusionMatrix(3)));
  }

  private double compute(String name, ConfusionMatrix counts) {
    return PluginRegistry.discover(null, getClass().getClassLoader())
        .create(PluginKind.METRIC, name, Map.of(), 1, 1)
        .compute(counts);
  }
}
