package io.seamark.network;

import java.util.List;

/**
 * A named weight's value.
 *
 * @param shape each at least 1; empty for a scalar
 * @param values row-major float32
 */
@SuppressWarnings("ArrayRecordComponent")
public record Tensor(List<Integer> shape, float[] values) {
  /** Checks that shape and number of values agree. */
  public Tensor {
    shape = List.copyOf(shape);
    long n = 1;
    for (int d : shape) {
      n = Math.multiplyExact(n, (long) d);
    }
    if (n != values.length) {
      throw new IllegalArgumentException(
          "a tensor of shape " + shape + " has " + n + " values, not " + values.length);
    }
  }
}
