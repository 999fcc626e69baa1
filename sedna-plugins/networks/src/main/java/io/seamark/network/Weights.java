package io.seamark.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network's weights under the names of the published PyTorch code, with the metadata that travels
 * with them.
 *
 * @param tensors by name, in file order
 * @param metadata free text by key, as in a safetensors header's {@code __metadata__}
 */
public record Weights(Map<String, Tensor> tensors, Map<String, String> metadata) {
  /** Copies the maps, keeping their order. */
  public Weights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * A weight by name.
   *
   * @param name such as {@code backbone.conv1.weight}
   * @return its value
   * @throws IllegalArgumentException if there is none
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the weights lack '" + name + "'");
    }
    return tensor;
  }

  /**
   * Whether a weight is there.
   *
   * @param name such as {@code backbone.conv1_d.weight}
   * @return true if so
   */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }
}
