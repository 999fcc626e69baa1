package io.seamark.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFNet: real-time fusion network for RGB-D semantic segmentation (Sun, Yang, Hu, Hu and Wang 2020,
 * arXiv 2002.10570), with the parameter names of the published PyTorch code. Widths are those of
 * the weights, so that a narrower network is the same description.
 *
 * <p>The published code takes the skip connections before a stage's last ReLU, but that ReLU works
 * in place, so what reaches the decoder is its output; so it is here. With depth, the next stage's
 * inputs are, for RGB, {@code a(x) x + a_d(y) y}, and for depth {@code a_d(y) y}; the skips stay
 * the RGB branch's outputs before that, and the pyramid reads the fused output of stage 4.
 *
 * <p>Where the weights have it, AppealNet's predictor head (Li et al. 2021, arXiv 2105.04104) sits
 * behind the class scores: a hidden layer and one output. The paper's head reads the backbone's
 * pooled features; this one reads what the class scores made of them say of the frame, {@link
 * #appealInputs}: on the pooled features themselves a head learns the few frames that it is trained
 * on by heart.
 */
public final class RfNet {
  /** How the weights of AppealNet's predictor head begin. */
  public static final String APPEALNET = "appealnet.";

  /** What AppealNet's predictor head reads, see {@link #appealInputs}. */
  public static final int APPEALNET_INPUTS = 3;

  // Shares of the frame.
  private static final double TINY_AREA = 1e-6;
  private static final double SMALL_AREA = 1e-4;
  private static final double SEEN_AREA = 6e-4;
  private static final double MUCH_WRONG = 0.2;

  private static final String B = "backbone.";

  /** A weight that every RFNet has. */
  static final String FIRST_WEIGHT = B + "conv1.weight";

  private RfNet() {}

  /**
   * What the network yields.
   *
   * @param logits [batch, classes, ceil(height / 4), ceil(width / 4)]
   * @param appeal AppealNet's predictor before the logistic function, [batch, 1, 1, 1]; null for
   *     weights without that head
   * @param <T> a value in the back end's graph
   */
  public record Output<T>(T logits, @Nullable T appeal) {}

  /**
   * Whether weights have a depth branch.
   *
   * @param layers back end that holds the weights
   * @return true for RGB-D
   */
  public static boolean hasDepth(Layers<?> layers) {
    return layers.has(B + "conv1_d.weight");
  }

  /**
   * Whether weights have AppealNet's predictor head.
   *
   * @param weights of a file
   * @return true if so
   */
  public static boolean hasAppealNet(WeightSource weights) {
    return weights.has(APPEALNET + "hidden.weight");
  }

  /**
   * Checks that weights hold every name of the network in shapes that fit together.
   *
   * @param weights of a file
   * @return whether they have a depth branch
   * @throws IllegalArgumentException if not; the message names the weight
   */
  public static boolean check(WeightSource weights) {
    ShapeLayers layers = new ShapeLayers(weights);
    ShapeLayers.Shape rgb = ShapeLayers.Shape.image(3, 64, 64);
    build(layers, rgb, null);
    boolean depth = hasDepth(layers);
    if (depth) {
      build(layers, rgb, ShapeLayers.Shape.image(1, 64, 64));
    }
    return depth;
  }

  /**
   * Counts what the network computes of one frame, without computing it: the outputs of all its
   * layers together.
   *
   * @param weights an RFNet's
   * @param width of the frame in pixels, at least 1
   * @param height of the frame in pixels, at least 1
   * @return number of values, with the depth branch where the weights have one
   * @throws IllegalArgumentException if the weights are no RFNet's
   */
  public static long values(WeightSource weights, int width, int height) {
    ShapeLayers layers = new ShapeLayers(weights);
    ShapeLayers.Shape rgb = ShapeLayers.Shape.image(3, height, width);
    ShapeLayers.Shape depth = hasDepth(layers) ? ShapeLayers.Shape.image(1, height, width) : null;
    build(layers, rgb, depth);
    return layers.values();
  }

  /**
   * Builds the network.
   *
   * @param layers back end
   * @param rgb [batch, 3, height, width], normalised as the weights expect
   * @param depth [batch, 1, height, width], or null to run on RGB alone
   * @param <T> a value in the back end's graph
   * @return logits at a quarter of the size
   */
  public static <T> Output<T> build(Layers<T> layers, T rgb, @Nullable T depth) {
    T x = stem(layers, rgb, "");
    T y = depth == null ? null : stem(layers, depth, "_d");
    List<T> skips = new ArrayList<>();
    for (int stage = 1; stage <= 4; stage++) {
      x = stage(layers, x, stage, "");
      skips.add(x);
      if (y != null) {
        y = attend(layers, stage(layers, y, stage, "_d"), stage, "_d");
        x = layers.add(attend(layers, x, stage, ""), y);
      }
    }
    T up = pyramid(layers, x);
    for (int i = 0; i < 3; i++) {
      T skip = skips.get(2 - i);
      String name = B + "upsample." + i;
      T lateral = normConvolution(layers, skip, name + ".bottleneck", 0);
      up = layers.resize(up, layers.height(skip), layers.width(skip));
      up = normConvolution(layers, layers.add(up, lateral), name + ".blend_conv", 1);
    }
    T decoded = layers.relu(layers.batchNorm(up, "logits.norm"));
    T logits = layers.convolution(decoded, "logits.conv", 1, 1);
    return new Output<>(logits, appeal(layers, logits));
  }

  private static <T> @Nullable T appeal(Layers<T> layers, T logits) {
    return layers.has(APPEALNET + "hidden.weight")
        ? appealNet(layers, appealInputs(layers, logits))
        : null;
  }

  /**
   * AppealNet's predictor head alone.
   *
   * @param layers back end that holds the head's weights
   * @param inputs as {@link #appealInputs} gives them
   * @param <T> a value in the back end's graph
   * @return before the logistic function, [batch, 1, 1, 1]
   * @throws IllegalArgumentException if the weights are of another head
   */
  public static <T> T appealNet(Layers<T> layers, T inputs) {
    T hidden = layers.relu(layers.convolution(inputs, APPEALNET + "hidden", 1, 0));
    T appeal = layers.convolution(hidden, APPEALNET + "output", 1, 0);
    if (layers.channels(appeal) != 1) {
      throw new IllegalArgumentException(
          "'"
              + APPEALNET
              + "output.weight' gives "
              + layers.channels(appeal)
              + " channels, but must give 1");
    }
    return appeal;
  }

  /**
   * What AppealNet's predictor head reads of a frame, each 0 to 1, if the network's probabilities
   * are to be believed: the Dice coefficient that it expects to have, as the mean over all classes,
   * where one that occurs nowhere has 1; the intersection over union, as the mean over the classes
   * that occur, where one counts by {@code a / (a + 0.0006)}, with a its share of the frame; and
   * {@code w / (w + 0.2)}, with w the share of the frame that it expects to have wrong.
   *
   * <p>The last is what tells day frames that the network has not learnt from one another; on those
   * that it has learnt it is as good as useless.
   *
   * @param layers back end
   * @param logits [batch, classes, height, width]
   * @param <T> a value in the back end's graph
   * @return [batch, {@link #APPEALNET_INPUTS}, 1, 1]
   */
  public static <T> T appealInputs(Layers<T> layers, T logits) {
    T p = layers.softmax(logits);
    // softmax(8 x), nearly one-hot, from softmax(x): cheaper than a second softmax.
    T eighth = layers.multiply(p, p);
    eighth = layers.multiply(eighth, eighth);
    eighth = layers.multiply(eighth, eighth);
    T sum = layers.affine(layers.channelMean(eighth), layers.channels(logits), 0);
    T chosen = layers.divide(eighth, sum);
    T believed = layers.globalAveragePool(p);
    T area = layers.globalAveragePool(chosen);
    T common = layers.globalAveragePool(layers.multiply(p, chosen));
    T both = layers.add(believed, area);
    T dice =
        layers.divide(layers.affine(common, 2, SMALL_AREA), layers.affine(both, 1, SMALL_AREA));
    T union = layers.add(both, layers.affine(common, -1, 0));
    T overlap =
        layers.divide(layers.affine(common, 1, TINY_AREA), layers.affine(union, 1, TINY_AREA));
    T occurs = layers.divide(area, layers.affine(area, 1, SEEN_AREA));
    T seen =
        layers.divide(
            layers.channelMean(layers.multiply(occurs, overlap)), layers.channelMean(occurs));
    T wrong = layers.affine(layers.channelMean(common), -layers.channels(logits), 1);
    T much = layers.divide(wrong, layers.affine(wrong, 1, MUCH_WRONG));
    return layers.concatChannels(List.of(layers.channelMean(dice), seen, much));
  }

  private static <T> T stem(Layers<T> layers, T image, String branch) {
    T x = layers.convolution(image, B + "conv1" + branch, 2, 3);
    x = layers.relu(layers.batchNorm(x, B + "bn1" + branch));
    return layers.maxPool(x, 3, 2, 1);
  }

  /** Two residual blocks. */
  private static <T> T stage(Layers<T> layers, T input, int stage, String branch) {
    T x = input;
    for (int block = 0; block < 2; block++) {
      String name = B + "layer" + stage + branch + "." + block;
      int stride = block == 0 && stage > 1 ? 2 : 1;
      T out = layers.convolution(x, name + ".conv1", stride, 1);
      out = layers.relu(layers.batchNorm(out, name + ".bn1"));
      out = layers.batchNorm(layers.convolution(out, name + ".conv2", 1, 1), name + ".bn2");
      T shortcut = x;
      if (layers.has(name + ".downsample.0.weight")) {
        shortcut = layers.convolution(x, name + ".downsample.0", stride, 0);
        shortcut = layers.batchNorm(shortcut, name + ".downsample.1");
      }
      x = layers.relu(layers.add(out, shortcut));
    }
    return x;
  }

  private static <T> T attend(Layers<T> layers, T x, int stage, String branch) {
    String name = B + "attention_" + stage + branch + ".1";
    T weight = layers.convolution(layers.globalAveragePool(x), name, 1, 0);
    return layers.multiply(x, layers.sigmoid(weight));
  }

  /** Spatial pyramid pooling over grids of 8, 4 and 2 rows. */
  private static <T> T pyramid(Layers<T> layers, T input) {
    String name = B + "spp.spp.";
    int height = layers.height(input);
    int width = layers.width(input);
    T x = normConvolution(layers, input, name + "spp_bn", 0);
    List<T> levels = new ArrayList<>();
    levels.add(x);
    int[] grids = {8, 4, 2};
    for (int i = 0; i < grids.length; i++) {
      int rows = grids[i];
      // Python's round(): halves go to the even neighbour.
      int columns = Math.max(1, (int) Math.rint((double) width / height * rows));
      T level = layers.adaptiveAveragePool(x, rows, columns);
      level = normConvolution(layers, level, name + "spp" + i, 0);
      levels.add(layers.resize(level, height, width));
    }
    return normConvolution(layers, layers.concatChannels(levels), name + "spp_fuse", 0);
  }

  /** The decoder's unit: batch norm, ReLU, convolution. */
  private static <T> T normConvolution(Layers<T> layers, T x, String name, int padding) {
    x = layers.relu(layers.batchNorm(x, name + ".norm"));
    return layers.convolution(x, name + ".conv", 1, padding);
  }
}
