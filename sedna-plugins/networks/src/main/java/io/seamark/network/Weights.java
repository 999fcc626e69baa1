package io.seamark.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's weights under the names of the published PyTorch code, with the metadata that travels
 * with them.
 *
 * @param tensors by name, in file order
 * @param metadata free text by key, as in a safetensors header's {@code __metadata__}
 */
public record Weights(Map<String, Tensor> tensors, Map<String, String> metadata)
    implements WeightSource {
  /** Copies the maps, keeping their order. */
  public Weights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  @Override
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("the weights lack '" + name + "'");
    }
    return tensor;
  }

  @Override
  public List<Integer> shape(String name) {
    return get(name).shape();
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }
}
