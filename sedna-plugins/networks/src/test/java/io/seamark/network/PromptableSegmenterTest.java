package io.seamark.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptableSegmenterTest {
  @Test
  void initialWeightsFitTheDescription() {
    Weights weights = PromptableSegmenter.initial(1);
    PromptableSegmenter.check(weights);
    assertEquals(512, PromptableSegmenter.imageSize(weights));
    assertEquals(64 + 64 + 256, PromptableSegmenter.channels(weights));
    long values = weights.tensors().values().stream().mapToLong(t -> t.values().length).sum();
    assertTrue(values < 2_100_000, values + " values");
  }

  @Test
  void everyInitialWeightIsUsed() {
    Weights weights = PromptableSegmenter.initial(1, 64);
    for (String name : weights.tensors().keySet()) {
      Map<String, Tensor> fewer = new LinkedHashMap<>(weights.tensors());
      fewer.remove(name);
      // What a description finds by counting, or takes as optional, may be missing from the end.
      boolean counted =
          name.matches(".*(stages\\.\\d\\.conv1|blocks\\.\\d\\.norm1|layers\\.\\d)\\.weight")
              || name.endsWith(".bias");
      if (!counted) {
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () -> PromptableSegmenter.check(new Weights(fewer, Map.of())),
                name);
        assertTrue(String.valueOf(e.getMessage()).contains(name), e.getMessage());
      }
    }
  }

  @Test
  void coordinatesAreThoseOfPixelCentres() {
    assertEquals(-1 + 1 / 256f, PromptableSegmenter.coordinate(0, 256), 1e-7);
    assertEquals(1 - 1 / 256f, PromptableSegmenter.coordinate(255, 256), 1e-7);
    assertEquals(0, PromptableSegmenter.coordinate(127.5, 256), 1e-7);
  }
}
