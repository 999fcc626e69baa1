package io.seamark.network;

import java.util.List;

/**
 * The operations that networks are described with. A back end implements them on its own graph
 * values; weights are looked up by name. Two kinds of value occur: images {@code [batch, channels,
 * height, width]} and token sequences {@code [batch, tokens, channels]} (the memory layout is the
 * back end's affair). Channels, height and width are known when the graph is built; batch and
 * number of tokens need not be.
 *
 * @param <T> a value in the back end's graph
 */
public interface Layers<T> {
  /**
   * Channels of an image or token sequence.
   *
   * @param x image or tokens
   * @return at least 1
   */
  int channels(T x);

  /**
   * Height of an image.
   *
   * @param image an image
   * @return rows
   */
  int height(T image);

  /**
   * Width of an image.
   *
   * @param image an image
   * @return columns
   */
  int width(T image);

  /**
   * Whether the weights hold this name: networks adapt to what a checkpoint brings.
   *
   * @param name full weight name
   * @return true if so
   */
  boolean has(String name);

  /**
   * Two-dimensional convolution. Weight {@code name.weight} [out, in, k, k]; {@code name.bias}
   * [out] is added if the weights hold it.
   *
   * @param image input
   * @param name prefix of the weight names
   * @param stride in pixels, both ways
   * @param padding zeros on each side
   * @return image of {@code (size + 2 padding - k) / stride + 1}, rounded down
   */
  T convolution(T image, String name, int stride, int padding);

  /**
   * Transposed convolution with stride equal to the kernel size, no padding. Weight {@code
   * name.weight} [in, out, k, k], {@code name.bias} [out].
   *
   * @param image input
   * @param name prefix of the weight names
   * @param stride kernel size and stride
   * @return image enlarged {@code stride} times
   */
  T transposedConvolution(T image, String name, int stride);

  /**
   * Batch normalisation over {@code name.weight}, {@code .bias}, {@code .running_mean} and {@code
   * .running_var}, epsilon 1e-5. Inference uses the running statistics; a training back end may use
   * the batch's.
   *
   * @param image input
   * @param name prefix of the weight names
   * @return same shape
   */
  T batchNorm(T image, String name);

  /**
   * Normalises over the channels of each position: {@code name.weight}, {@code name.bias}.
   *
   * @param x image or tokens
   * @param name prefix of the weight names
   * @param epsilon added to the variance
   * @return same shape
   */
  T layerNorm(T x, String name, double epsilon);

  /**
   * Rectified linear unit.
   *
   * @param x any value
   * @return same shape
   */
  T relu(T x);

  /**
   * Gaussian error linear unit, exact (with erf).
   *
   * @param x any value
   * @return same shape
   */
  T gelu(T x);

  /**
   * Logistic function.
   *
   * @param x any value
   * @return same shape
   */
  T sigmoid(T x);

  /**
   * Softmax over the channels of each pixel.
   *
   * @param image input
   * @return same shape, 0 to 1
   */
  T softmax(T image);

  /**
   * The same line for every element: {@code scale x + shift}.
   *
   * @param x any value
   * @param scale factor
   * @param shift added after it
   * @return same shape
   */
  T affine(T x, double scale, double shift);

  /**
   * Quotient, element by element, broadcast as in {@link #add}.
   *
   * @param a one
   * @param b other, an image if {@code a} is one, tokens if {@code a} is
   * @return the larger size of each
   */
  T divide(T a, T b);

  /**
   * Average over the channels.
   *
   * @param image input
   * @return image of one channel
   */
  T channelMean(T image);

  /**
   * Sum. Where one side's batch, tokens, channels, height or width is 1, it is broadcast to the
   * other's.
   *
   * @param a one
   * @param b other, an image if {@code a} is one, tokens if {@code a} is
   * @return the larger size of each
   */
  T add(T a, T b);

  /**
   * Product, element by element, broadcast as in {@link #add}: an image of one pixel scales the
   * channels, one of one channel scales the pixels.
   *
   * @param a one
   * @param b other, an image if {@code a} is one, tokens if {@code a} is
   * @return the larger size of each
   */
  T multiply(T a, T b);

  /**
   * Maximum pooling, padded with the lowest value.
   *
   * @param image input
   * @param size of the window
   * @param stride in pixels
   * @param padding on each side
   * @return smaller image
   */
  T maxPool(T image, int size, int stride, int padding);

  /**
   * Average over all pixels.
   *
   * @param image input
   * @return image of one pixel
   */
  T globalAveragePool(T image);

  /**
   * PyTorch's adaptive average pooling: cell i of n covers rows {@code floor(i h / n)} to {@code
   * ceil((i + 1) h / n)}.
   *
   * @param image input
   * @param rows of the result
   * @param columns of the result
   * @return image of that size
   */
  T adaptiveAveragePool(T image, int rows, int columns);

  /**
   * Bilinear resizing, half-pixel centres, align_corners=False.
   *
   * @param image input
   * @param height of the result
   * @param width of the result
   * @return image of that size
   */
  T resize(T image, int height, int width);

  /**
   * Joins images along their channels.
   *
   * @param images of one size
   * @return one image
   */
  T concatChannels(List<T> images);

  /**
   * Reads an image row by row as a token sequence.
   *
   * @param image [batch, channels, height, width]
   * @return [batch, height x width, channels]
   */
  T tokens(T image);

  /**
   * The inverse of {@link #tokens}.
   *
   * @param tokens [batch, height x width, channels]
   * @param height rows
   * @param width columns
   * @return [batch, channels, height, width]
   */
  T image(T tokens, int height, int width);

  /**
   * Joins token sequences one after the other; a batch of 1 is broadcast.
   *
   * @param sequences of one number of channels
   * @return one sequence
   */
  T concatTokens(List<T> sequences);

  /**
   * Cuts out tokens.
   *
   * @param tokens a sequence
   * @param from first, from 0
   * @param count how many
   * @return a sequence of {@code count}
   */
  T sliceTokens(T tokens, int from, int count);

  /**
   * Fully connected layer on the channels: {@code name.weight} [out, in], {@code name.bias} [out]
   * if the weights hold it.
   *
   * @param tokens input
   * @param name prefix of the weight names
   * @return same tokens, other channels
   */
  T linear(T tokens, String name);

  /**
   * Multi-head scaled dot-product attention on already projected values: softmax(q k' /
   * sqrt(channels / heads)) v, heads joined again.
   *
   * @param query [batch, n, channels]
   * @param key [batch, m, channels]
   * @param value [batch, m, channels]
   * @param heads divides the channels
   * @return [batch, n, channels]
   */
  T attention(T query, T key, T value, int heads);

  /**
   * Matrix product of each sample: tokens times the channels of an image.
   *
   * @param tokens [batch, n, channels]
   * @param image [batch, channels, height, width]
   * @return [batch, n, height, width], an image of n channels
   */
  T project(T tokens, T image);

  /**
   * Fourier features of coordinates, sin and cos of 2 pi times their projection (Tancik et al.
   * 2020; SAM's positional encoding). The weight, [in, features], is fixed: training leaves it.
   *
   * @param tokens [batch, n, in]
   * @param name full weight name
   * @return [batch, n, 2 features], the sines before the cosines
   */
  T fourierFeatures(T tokens, String name);

  /**
   * Matrix product of each sample: weighted sums of tokens.
   *
   * @param weights [batch, n, m]
   * @param tokens [batch or 1, m, channels]
   * @return [batch, n, channels]
   */
  T mix(T weights, T tokens);

  /**
   * A fixed token sequence of batch 1.
   *
   * @param channels divides the number of values
   * @param values [tokens, channels], row-major
   * @return [1, tokens, channels]
   */
  T constantTokens(int channels, float[] values);

  /**
   * A weight as a token sequence of batch 1.
   *
   * @param name full weight name; its last size is the channels, the product of the others the
   *     number of tokens
   * @return [1, tokens, channels]
   */
  T weightTokens(String name);

  /**
   * A weight as an image of batch 1.
   *
   * @param name full weight name, of shape [1, channels, height, width]
   * @return the image
   */
  T weightImage(String name);
}
