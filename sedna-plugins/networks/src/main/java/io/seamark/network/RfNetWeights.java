package io.seamark.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Initial values of RFNet, for training without a checkpoint. */
public final class RfNetWeights {
  private static final String B = "backbone.";
  private static final int APPEALNET_WIDTH = 16;

  private final InitialWeights weights;

  private RfNetWeights(long seed) {
    weights = new InitialWeights(seed);
  }

  /**
   * Random weights under the published names: convolutions after He et al. 2015 (normal, variance 2
   * / fan-in), batch norms neutral, attention biases 0.
   *
   * @param seed equal seeds give equal weights
   * @param classes 1 to 255
   * @param baseWidth channels after the stem; 64 is the published network, the other widths follow
   *     in proportion; at least 2
   * @param depth with the depth branch and the attention
   * @return weights for {@link EdgeModel#of}
   */
  public static Weights initial(long seed, int classes, int baseWidth, boolean depth) {
    if (classes < 1 || classes > 255 || baseWidth < 2 || baseWidth > 1024) {
      throw new IllegalArgumentException(
          String.format(
              "classes is %d and baseWidth %d, but they must be 1 to 255 and 2 to 1024",
              classes, baseWidth));
    }
    RfNetWeights network = new RfNetWeights(seed);
    network.build(classes, baseWidth, depth);
    return network.weights.weights(EdgeModel.RFNET);
  }

  /**
   * Gives weights a fresh predictor head of AppealNet in place of one they may have. It predicts
   * 0.5 everywhere until it is trained.
   *
   * @param weights of an RFNet
   * @param seed equal seeds give equal heads
   * @return the same weights and {@link RfNet#APPEALNET}'s
   */
  public static Weights withAppealNet(Weights weights, long seed) {
    InitialWeights head = new InitialWeights(seed);
    head.convolution(RfNet.APPEALNET + "hidden", APPEALNET_WIDTH, RfNet.APPEALNET_INPUTS, 1, true);
    head.normal(RfNet.APPEALNET + "output.weight", 0, 1, APPEALNET_WIDTH, 1, 1);
    head.constant(RfNet.APPEALNET + "output.bias", 1, 0);
    Map<String, Tensor> all = new LinkedHashMap<>(weights.tensors());
    all.putAll(head.weights(EdgeModel.RFNET).tensors());
    return new Weights(all, weights.metadata());
  }

  private void build(int classes, int base, boolean depth) {
    List<String> branches = depth ? List.of("", "_d") : List.of("");
    for (String branch : branches) {
      weights.convolution(B + "conv1" + branch, base, branch.isEmpty() ? 3 : 1, 7, false);
      weights.batchNorm(B + "bn1" + branch, base);
    }
    int in = base;
    for (int stage = 1; stage <= 4; stage++) {
      int out = base << (stage - 1);
      for (String branch : branches) {
        for (int block = 0; block < 2; block++) {
          String name = B + "layer" + stage + branch + "." + block;
          int from = block == 0 ? in : out;
          weights.convolution(name + ".conv1", out, from, 3, false);
          weights.batchNorm(name + ".bn1", out);
          weights.convolution(name + ".conv2", out, out, 3, false);
          weights.batchNorm(name + ".bn2", out);
          if (block == 0 && stage > 1) {
            weights.convolution(name + ".downsample.0", out, in, 1, false);
            weights.batchNorm(name + ".downsample.1", out);
          }
        }
        if (depth) {
          weights.convolution(B + "attention_" + stage + branch + ".1", out, out, 1, false);
          weights.constant(B + "attention_" + stage + branch + ".1.bias", out, 0);
        }
      }
      in = out;
    }
    int width = 2 * base;
    int level = Math.max(1, width / 3);
    String pyramid = B + "spp.spp.";
    normConvolution(pyramid + "spp_bn", width, in, 1);
    for (int i = 0; i < 3; i++) {
      normConvolution(pyramid + "spp" + i, level, width, 1);
    }
    normConvolution(pyramid + "spp_fuse", width, width + 3 * level, 1);
    for (int i = 0; i < 3; i++) {
      String name = B + "upsample." + i;
      normConvolution(name + ".bottleneck", width, base << (2 - i), 1);
      normConvolution(name + ".blend_conv", width, width, 3);
    }
    normConvolution("logits", classes, width, 3);
  }

  private void normConvolution(String name, int out, int in, int kernel) {
    weights.batchNorm(name + ".norm", in);
    weights.convolution(name + ".conv", out, in, kernel, false);
  }
}
