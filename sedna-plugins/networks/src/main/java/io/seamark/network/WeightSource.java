package io.seamark.network;

import java.util.List;

/** Weights by name, in memory or read from a file one at a time. */
public interface WeightSource {
  /**
   * Whether a weight is there.
   *
   * @param name such as {@code backbone.conv1_d.weight}
   * @return true if so
   */
  boolean has(String name);

  /**
   * Shape of a weight, without reading its values.
   *
   * @param name such as {@code backbone.conv1.weight}
   * @return each at least 1; empty for a scalar
   * @throws IllegalArgumentException if there is no such weight
   */
  List<Integer> shape(String name);

  /**
   * A weight by name.
   *
   * @param name such as {@code backbone.conv1.weight}
   * @return its value
   * @throws IllegalArgumentException if there is no such weight
   * @throws java.io.UncheckedIOException if a file behind it cannot be read
   */
  Tensor get(String name);
}
