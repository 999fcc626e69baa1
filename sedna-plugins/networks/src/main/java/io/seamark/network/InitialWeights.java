package io.seamark.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Collects random initial weights. Convolutions are He et al. 2015 (normal, variance 2 / fan-in),
 * fully connected layers have variance 1 / fan-in, biases 0, norms are neutral.
 */
final class InitialWeights {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Random random;

  InitialWeights(long seed) {
    random = new Random(seed);
  }

  Weights weights(String architecture) {
    return new Weights(tensors, Map.of(EdgeModel.ARCHITECTURE, architecture));
  }

  void normal(String name, double deviation, Integer... shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    tensors.put(name, new Tensor(List.of(shape), values));
  }

  void constant(String name, int channels, float value) {
    float[] values = new float[channels];
    Arrays.fill(values, value);
    tensors.put(name, new Tensor(List.of(channels), values));
  }

  void convolution(String name, int out, int in, int kernel, boolean biased) {
    normal(name + ".weight", Math.sqrt(2.0 / (in * kernel * kernel)), out, in, kernel, kernel);
    if (biased) {
      constant(name + ".bias", out, 0);
    }
  }

  void transposedConvolution(String name, int in, int out, int kernel) {
    normal(name + ".weight", Math.sqrt(2.0 / in), in, out, kernel, kernel);
    constant(name + ".bias", out, 0);
  }

  void linear(String name, int out, int in) {
    normal(name + ".weight", Math.sqrt(1.0 / in), out, in);
    constant(name + ".bias", out, 0);
  }

  void batchNorm(String name, int channels) {
    layerNorm(name, channels);
    constant(name + ".running_mean", channels, 0);
    constant(name + ".running_var", channels, 1);
  }

  void layerNorm(String name, int channels) {
    constant(name + ".weight", channels, 1);
    constant(name + ".bias", channels, 0);
  }
}
