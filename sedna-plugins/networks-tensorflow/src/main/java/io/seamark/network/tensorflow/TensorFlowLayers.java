package io.seamark.network.tensorflow;

import io.seamark.network.Layers;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StridedSlice;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The layers on TensorFlow's graph, all with gradients. Images lie as [batch, height, width,
 * channels], TensorFlow's own order, in which its CPU kernels are fast.
 *
 * <p>With {@link BatchNormMode#FROZEN} a batch norm that follows a convolution without bias is
 * folded into it within the graph, so that the frozen network costs no pass over the image for it
 * while its scale and shift still learn.
 */
public final class TensorFlowLayers implements Layers<Operand<TFloat32>> {
  private static final float EPSILON = 1e-5f;
  private static final float LOWEST = -Float.MAX_VALUE;

  private final Ops tf;
  private final GraphWeights weights;
  private final BatchNormMode mode;
  private final double momentum;
  private final List<Op> statistics = new ArrayList<>();
  private final Map<Output<TFloat32>, Convolution> foldable = new HashMap<>();

  private record Convolution(
      Operand<TFloat32> image, Operand<TFloat32> weight, int stride, int padding) {}

  /**
   * Layers for inference, or for training with frozen statistics.
   *
   * @param tf operations of a graph, not of an eager session
   * @param weights published names and layout
   */
  public TensorFlowLayers(Ops tf, Weights weights) {
    this(tf, new GraphWeights(tf, weights), BatchNormMode.FROZEN, 0);
  }

  /**
   * @param momentum share of the batch's statistics in each update of the running ones, 0 to 1
   */
  TensorFlowLayers(Ops tf, GraphWeights weights, BatchNormMode mode, double momentum) {
    this.tf = tf;
    this.weights = weights;
    this.mode = mode;
    this.momentum = momentum;
  }

  /**
   * Sets the variables that were made so far to the weights; to be called once the network is
   * built, before anything runs.
   *
   * @param session on the graph
   */
  public void initialise(Session session) {
    weights.initialise(session);
  }

  /** Updates of running statistics, to be run with each training step. */
  List<Op> statistics() {
    return List.copyOf(statistics);
  }

  @Override
  public int channels(Operand<TFloat32> x) {
    Shape shape = x.shape();
    return known(shape, shape.numDimensions() - 1);
  }

  @Override
  public int height(Operand<TFloat32> image) {
    return known(image.shape(), 1);
  }

  @Override
  public int width(Operand<TFloat32> image) {
    return known(image.shape(), 2);
  }

  private static int known(Shape shape, int dimension) {
    long n = shape.get(dimension);
    if (n < 0) {
      throw new IllegalArgumentException(
          "dimension " + dimension + " of " + shape + " must be known when the graph is built");
    }
    return Math.toIntExact(n);
  }

  @Override
  public boolean has(String name) {
    return weights.has(name);
  }

  private Operand<TFloat32> weight(String name, Function<Tensor, Arrangement> layout) {
    return weights.get(name, true, layout).value();
  }

  private Operand<TFloat32> vector(String name) {
    return weight(name, Arrangement::same);
  }

  @Override
  public Operand<TFloat32> convolution(
      Operand<TFloat32> image, String name, int stride, int padding) {
    Operand<TFloat32> weight = weight(name + ".weight", Arrangement::convolution);
    Operand<TFloat32> out = convolve(image, weight, stride, padding);
    if (has(name + ".bias")) {
      return tf.nn.biasAdd(out, vector(name + ".bias"));
    }
    foldable.put(out.asOutput(), new Convolution(image, weight, stride, padding));
    return out;
  }

  private Operand<TFloat32> convolve(
      Operand<TFloat32> image, Operand<TFloat32> weight, int stride, int padding) {
    int kernel = known(weight.shape(), 0);
    if (kernel == 1 && stride > 1 && padding == 0) {
      // oneDNN's gradient of such weights writes past its memory in narrow networks, and is wrong
      // with AVX2 (README of the networks). The pixels that the kernel sees are picked beforehand.
      return convolve(every(stride, image), weight, 1, 0);
    }
    Operand<TFloat32> x = image;
    String scheme = "VALID";
    if (padding > 0) {
      if (stride == 1 && kernel == 2 * padding + 1) {
        scheme = "SAME";
      } else {
        // TensorFlow's SAME pads unevenly under a stride, so the zeros are put on beforehand.
        x = pad(image, padding, 0);
      }
    }
    return tf.nn.conv2d(x, weight, List.of(1L, (long) stride, (long) stride, 1L), scheme);
  }

  /** Each {@code stride}-th pixel of each {@code stride}-th row, from the first on. */
  private Operand<TFloat32> every(int stride, Operand<TFloat32> image) {
    Operand<TInt32> all = tf.constant(new int[4]);
    return tf.stridedSlice(
        image,
        all,
        all,
        tf.constant(new int[] {1, stride, stride, 1}),
        StridedSlice.beginMask(0b1111L),
        StridedSlice.endMask(0b1111L));
  }

  private Operand<TFloat32> pad(Operand<TFloat32> image, int padding, float value) {
    int[][] paddings = {{0, 0}, {padding, padding}, {padding, padding}, {0, 0}};
    return tf.pad(image, tf.constant(paddings), tf.constant(value));
  }

  @Override
  public Operand<TFloat32> transposedConvolution(Operand<TFloat32> image, String name, int stride) {
    Tensor published = weights.published(name + ".weight");
    if (published.shape().size() != 4
        || published.shape().get(2) != stride
        || published.shape().get(3) != stride) {
      throw new IllegalArgumentException(
          name + ".weight has shape " + published.shape() + ", but its kernel must be " + stride);
    }
    Operand<TFloat32> weight = weight(name + ".weight", Arrangement::transposedConvolution);
    Operand<TFloat32> out = convolve(image, weight, 1, 0);
    out = tf.nn.depthToSpace(out, (long) stride);
    return has(name + ".bias") ? tf.nn.biasAdd(out, vector(name + ".bias")) : out;
  }

  @Override
  public Operand<TFloat32> batchNorm(Operand<TFloat32> image, String name) {
    Operand<TFloat32> scale = vector(name + ".weight");
    Operand<TFloat32> shift = vector(name + ".bias");
    GraphWeights.Variable mean = weights.get(name + ".running_mean", false, Arrangement::same);
    GraphWeights.Variable variance = weights.get(name + ".running_var", false, Arrangement::same);
    if (mode == BatchNormMode.BATCH) {
      FusedBatchNorm<TFloat32, TFloat32> norm =
          tf.nn.fusedBatchNorm(
              image,
              scale,
              shift,
              tf.constant(new float[0]),
              tf.constant(new float[0]),
              FusedBatchNorm.epsilon(EPSILON),
              FusedBatchNorm.isTraining(true));
      statistics.add(moved(mean, norm.batchMean()));
      statistics.add(moved(variance, norm.batchVariance()));
      return norm.y();
    }
    Convolution before = foldable.get(image.asOutput());
    if (before == null) {
      return tf.nn
          .fusedBatchNorm(
              image,
              scale,
              shift,
              mean.value(),
              variance.value(),
              FusedBatchNorm.epsilon(EPSILON),
              FusedBatchNorm.isTraining(false))
          .y();
    }
    Operand<TFloat32> factor =
        tf.math.mul(scale, tf.math.rsqrt(tf.math.add(variance.value(), tf.constant(EPSILON))));
    Operand<TFloat32> weight = tf.math.mul(before.weight(), factor);
    Operand<TFloat32> bias = tf.math.sub(shift, tf.math.mul(mean.value(), factor));
    return tf.nn.biasAdd(convolve(before.image(), weight, before.stride(), before.padding()), bias);
  }

  private Op moved(GraphWeights.Variable running, Operand<TFloat32> batch) {
    Operand<TFloat32> distance = tf.math.sub(running.value(), batch);
    return tf.assignSubVariableOp(
        running.handle(), tf.math.mul(distance, tf.constant((float) momentum)));
  }

  @Override
  public Operand<TFloat32> layerNorm(Operand<TFloat32> x, String name, double epsilon) {
    Operand<TInt32> last = tf.constant(new int[] {-1});
    Operand<TFloat32> mean = tf.math.mean(x, last, Mean.keepDims(true));
    Operand<TFloat32> centred = tf.math.sub(x, mean);
    Operand<TFloat32> variance = tf.math.mean(tf.math.square(centred), last, Mean.keepDims(true));
    Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    Operand<TFloat32> unit = tf.math.mul(centred, inverse);
    return tf.math.add(tf.math.mul(unit, vector(name + ".weight")), vector(name + ".bias"));
  }

  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    return tf.nn.relu(x);
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    Operand<TFloat32> half = tf.math.mul(x, tf.constant(0.5f));
    return tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
  }

  @Override
  public Operand<TFloat32> sigmoid(Operand<TFloat32> x) {
    return tf.math.sigmoid(x);
  }

  @Override
  public Operand<TFloat32> softmax(Operand<TFloat32> image) {
    return tf.nn.softmax(image);
  }

  @Override
  public Operand<TFloat32> affine(Operand<TFloat32> x, double scale, double shift) {
    return tf.math.add(tf.math.mul(x, tf.constant((float) scale)), tf.constant((float) shift));
  }

  @Override
  public Operand<TFloat32> divide(Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.math.div(a, b);
  }

  @Override
  public Operand<TFloat32> channelMean(Operand<TFloat32> image) {
    return tf.math.mean(image, tf.constant(3), Mean.keepDims(true));
  }

  @Override
  public Operand<TFloat32> add(Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.math.add(a, b);
  }

  @Override
  public Operand<TFloat32> multiply(Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.math.mul(a, b);
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> image, int size, int stride, int padding) {
    Operand<TFloat32> x = padding == 0 ? image : pad(image, padding, LOWEST);
    // The library's own call makes a MaxPoolV2, for which oneDNN has nothing.
    return tf.scope()
        .opBuilder("MaxPool", "MaxPool")
        .addInput(x.asOutput())
        .setAttr("ksize", new long[] {1, size, size, 1})
        .setAttr("strides", new long[] {1, stride, stride, 1})
        .setAttr("padding", "VALID")
        .build()
        .output(0);
  }

  @Override
  public Operand<TFloat32> globalAveragePool(Operand<TFloat32> image) {
    return tf.math.mean(image, tf.constant(new int[] {1, 2}), Mean.keepDims(true));
  }

  @Override
  public Operand<TFloat32> adaptiveAveragePool(Operand<TFloat32> image, int rows, int columns) {
    int height = height(image);
    int width = width(image);
    int channels = channels(image);
    Operand<TFloat32> x = reshape(image, -1, height, width * channels);
    x = product(tf.constant(averaging(rows, height)), x);
    x = reshape(x, -1, width, channels);
    x = product(tf.constant(averaging(columns, width)), x);
    return reshape(x, -1, rows, columns, channels);
  }

  /** Row i holds the weights of the pixels that cell i averages. */
  private static float[][] averaging(int cells, int pixels) {
    float[][] matrix = new float[cells][pixels];
    for (int i = 0; i < cells; i++) {
      int from = i * pixels / cells;
      int to = ((i + 1) * pixels + cells - 1) / cells;
      for (int p = from; p < to; p++) {
        matrix[i][p] = 1f / (to - from);
      }
    }
    return matrix;
  }

  @Override
  public Operand<TFloat32> resize(Operand<TFloat32> image, int height, int width) {
    if (height == height(image) && width == width(image)) {
      return image;
    }
    return tf.image.resizeBilinear(
        image, tf.constant(new int[] {height, width}), ResizeBilinear.halfPixelCenters(true));
  }

  @Override
  public Operand<TFloat32> concatChannels(List<Operand<TFloat32>> images) {
    return tf.concat(images, tf.constant(3));
  }

  @Override
  public Operand<TFloat32> tokens(Operand<TFloat32> image) {
    return reshape(image, -1, height(image) * width(image), channels(image));
  }

  @Override
  public Operand<TFloat32> image(Operand<TFloat32> tokens, int height, int width) {
    return reshape(tokens, -1, height, width, channels(tokens));
  }

  @Override
  public Operand<TFloat32> concatTokens(List<Operand<TFloat32>> sequences) {
    Operand<TFloat32> largest = sequences.get(0);
    for (Operand<TFloat32> s : sequences) {
      if (s.shape().get(0) != 1) {
        largest = s;
      }
    }
    List<Operand<TFloat32>> all = new ArrayList<>();
    for (Operand<TFloat32> s : sequences) {
      boolean broadcast = s.shape().get(0) == 1 && largest.shape().get(0) != 1;
      all.add(broadcast ? repeated(s, largest) : s);
    }
    return tf.concat(all, tf.constant(1));
  }

  /** Adding zeros of the other's batch broadcasts with a gradient that sums. */
  private Operand<TFloat32> repeated(Operand<TFloat32> one, Operand<TFloat32> like) {
    Operand<TInt32> batch = dimension(like, 0);
    Operand<TInt32> shape =
        tf.stack(
            List.of(batch, (Operand<TInt32>) tf.constant(1), (Operand<TInt32>) tf.constant(1)));
    return tf.math.add(one, tf.fill(shape, tf.constant(0f)));
  }

  private Operand<TInt32> dimension(Operand<TFloat32> x, int d) {
    long n = x.shape().get(d);
    if (n >= 0) {
      return tf.constant(Math.toIntExact(n));
    }
    return tf.reshape(
        tf.slice(tf.shape(x), tf.constant(new int[] {d}), tf.constant(new int[] {1})),
        tf.constant(new int[0]));
  }

  @Override
  public Operand<TFloat32> sliceTokens(Operand<TFloat32> tokens, int from, int count) {
    return tf.slice(
        tokens, tf.constant(new int[] {0, from, 0}), tf.constant(new int[] {-1, count, -1}));
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> tokens, String name) {
    Operand<TFloat32> weight = weight(name + ".weight", Arrangement::linear);
    int out = known(weight.shape(), 1);
    Operand<TFloat32> x = reshape(tokens, -1, channels(tokens));
    x = tf.linalg.matMul(x, weight);
    if (has(name + ".bias")) {
      x = tf.nn.biasAdd(x, vector(name + ".bias"));
    }
    return like(x, tokens, out);
  }

  /** Reshapes rows to the batch and tokens of a sequence, either of which may be unknown. */
  private Operand<TFloat32> like(Operand<TFloat32> rows, Operand<TFloat32> tokens, int channels) {
    long count = tokens.shape().get(1);
    long batch = tokens.shape().get(0);
    if (count >= 0 || batch >= 0) {
      return reshape(rows, count >= 0 ? -1 : (int) batch, (int) count, channels);
    }
    return tf.reshape(
        rows,
        tf.stack(
            List.of(
                dimension(tokens, 0),
                dimension(tokens, 1),
                (Operand<TInt32>) tf.constant(channels))));
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> query, Operand<TFloat32> key, Operand<TFloat32> value, int heads) {
    int channels = channels(query);
    if (channels % heads != 0) {
      throw new IllegalArgumentException(
          channels + " channels cannot be divided among " + heads + " heads");
    }
    float scale = (float) (1 / Math.sqrt((double) channels / heads));
    Operand<TFloat32> q = heads(tf.math.mul(query, tf.constant(scale)), heads);
    Operand<TFloat32> scores =
        tf.train.batchMatMul(q, heads(key, heads), TFloat32.class, BatchMatMul.adjY(true));
    Operand<TFloat32> mixed = product(tf.nn.softmax(scores), heads(value, heads));
    Operand<TFloat32> joined = tf.linalg.transpose(mixed, tf.constant(new int[] {0, 2, 1, 3}));
    return like(joined, query, channels(value));
  }

  /** [batch, tokens, channels] as [batch, heads, tokens, channels / heads]. */
  private Operand<TFloat32> heads(Operand<TFloat32> x, int heads) {
    int each = channels(x) / heads;
    long batch = x.shape().get(0);
    long count = x.shape().get(1);
    Operand<TFloat32> split;
    if (batch >= 0 || count >= 0) {
      split = reshape(x, count >= 0 ? -1 : (int) batch, (int) count, heads, each);
    } else {
      split =
          tf.reshape(
              x,
              tf.stack(
                  List.of(
                      dimension(x, 0),
                      dimension(x, 1),
                      (Operand<TInt32>) tf.constant(heads),
                      (Operand<TInt32>) tf.constant(each))));
    }
    return tf.linalg.transpose(split, tf.constant(new int[] {0, 2, 1, 3}));
  }

  @Override
  public Operand<TFloat32> project(Operand<TFloat32> tokens, Operand<TFloat32> image) {
    int height = height(image);
    int width = width(image);
    Operand<TFloat32> pixels = reshape(image, -1, height * width, channels(image));
    Operand<TFloat32> out =
        tf.train.batchMatMul(pixels, tokens, TFloat32.class, BatchMatMul.adjY(true));
    return reshape(out, -1, height, width, known(tokens.shape(), 1));
  }

  @Override
  public Operand<TFloat32> fourierFeatures(Operand<TFloat32> tokens, String name) {
    Operand<TFloat32> weight = weights.get(name, false, Arrangement::same).value();
    Operand<TFloat32> x = reshape(tokens, -1, channels(tokens));
    x = tf.math.mul(tf.linalg.matMul(x, weight), tf.constant((float) (2 * Math.PI)));
    x = tf.concat(List.of(tf.math.sin(x), tf.math.cos(x)), tf.constant(1));
    return like(x, tokens, 2 * known(weight.shape(), 1));
  }

  @Override
  public Operand<TFloat32> mix(Operand<TFloat32> weights, Operand<TFloat32> tokens) {
    return product(weights, tokens);
  }

  @Override
  public Operand<TFloat32> constantTokens(int channels, float[] values) {
    return reshape(tf.constant(values), 1, values.length / channels, channels);
  }

  @Override
  public Operand<TFloat32> weightTokens(String name) {
    return weight(name, Arrangement::tokens);
  }

  @Override
  public Operand<TFloat32> weightImage(String name) {
    return weight(name, Arrangement::image);
  }

  private Operand<TFloat32> product(Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.train.batchMatMul(a, b, TFloat32.class);
  }

  private Operand<TFloat32> reshape(Operand<TFloat32> x, int... shape) {
    return tf.reshape(x, tf.constant(shape));
  }
}
