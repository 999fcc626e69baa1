package io.seamark.network.tensorflow;

import io.seamark.network.Tensor;
import java.util.List;

/**
 * How a weight of the published (PyTorch) layout lies in TensorFlow's: its dimensions permuted,
 * then read under another shape of as many values.
 */
@SuppressWarnings("ArrayRecordComponent")
record Arrangement(int[] permutation, int[] shape) {
  /** The same layout. */
  static Arrangement same(Tensor tensor) {
    int rank = tensor.shape().size();
    int[] permutation = new int[rank];
    for (int i = 0; i < rank; i++) {
      permutation[i] = i;
    }
    return permuted(tensor, permutation);
  }

  /** [out, in, k, k] as TensorFlow's [k, k, in, out]. */
  static Arrangement convolution(Tensor tensor) {
    return permuted(tensor, 2, 3, 1, 0);
  }

  /** [in, out, k, k] as a 1x1 convolution to k x k x out channels, which depth-to-space spreads. */
  static Arrangement transposedConvolution(Tensor tensor) {
    List<Integer> s = checked(tensor, 4);
    return new Arrangement(
        new int[] {0, 2, 3, 1}, new int[] {1, 1, s.get(0), s.get(1) * s.get(2) * s.get(3)});
  }

  /** [out, in] as [in, out]. */
  static Arrangement linear(Tensor tensor) {
    return permuted(tensor, 1, 0);
  }

  /** [..., channels] as [1, tokens, channels]. */
  static Arrangement tokens(Tensor tensor) {
    int rank = tensor.shape().size();
    int channels = tensor.shape().get(rank - 1);
    return new Arrangement(
        same(tensor).permutation(), new int[] {1, tensor.values().length / channels, channels});
  }

  /** [1, channels, height, width] as [1, height, width, channels]. */
  static Arrangement image(Tensor tensor) {
    return permuted(tensor, 0, 2, 3, 1);
  }

  private static Arrangement permuted(Tensor tensor, int... permutation) {
    List<Integer> s = checked(tensor, permutation.length);
    int[] shape = new int[permutation.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = s.get(permutation[i]);
    }
    return new Arrangement(permutation, shape);
  }

  private static List<Integer> checked(Tensor tensor, int rank) {
    if (tensor.shape().size() != rank) {
      throw new IllegalArgumentException(
          "a weight has shape " + tensor.shape() + ", but must have " + rank + " dimensions");
    }
    return tensor.shape();
  }

  /** Values in TensorFlow's order. */
  float[] toGraph(Tensor tensor) {
    float[] to = new float[tensor.values().length];
    int[] index = index(tensor.shape());
    for (int i = 0; i < to.length; i++) {
      to[i] = tensor.values()[index[i]];
    }
    return to;
  }

  /** The inverse of {@link #toGraph}. */
  Tensor fromGraph(float[] values, List<Integer> published) {
    float[] to = new float[values.length];
    int[] index = index(published);
    for (int i = 0; i < to.length; i++) {
      to[index[i]] = values[i];
    }
    return new Tensor(published, to);
  }

  /** For each position in TensorFlow's order the position in the published order. */
  private int[] index(List<Integer> published) {
    int rank = permutation.length;
    int[] strides = new int[rank];
    int n = 1;
    for (int d = rank - 1; d >= 0; d--) {
      strides[d] = n;
      n *= published.get(d);
    }
    int[] index = new int[n];
    int[] at = new int[rank];
    for (int i = 0; i < n; i++) {
      int from = 0;
      for (int d = 0; d < rank; d++) {
        from += at[d] * strides[permutation[d]];
      }
      index[i] = from;
      for (int d = rank - 1; d >= 0; d--) {
        if (++at[d] < published.get(permutation[d])) {
          break;
        }
        at[d] = 0;
      }
    }
    return index;
  }
}
