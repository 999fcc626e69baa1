package io.seamark.network.onnx;

import io.seamark.network.Layers;
import io.seamark.network.Tensor;
import io.seamark.network.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tribuo.util.onnx.ONNXRef;

/**
 * Turns a network's description into an ONNX graph for inference, in the layout [batch, channels,
 * height, width]. A batch norm right behind a convolution is folded into the convolution's weights;
 * elsewhere it stays one node. Graphs built here have a batch of 1; the number of tokens may be
 * dynamic.
 */
public final class OnnxLayers implements Layers<OnnxLayers.Value> {
  private static final double BATCH_NORM_EPSILON = 1e-5;

  /** A value in the graph. */
  public static final class Value {
    private final int channels;
    private final int height;
    private final int width;
    private final @Nullable Convolution pending;
    private @Nullable ONNXRef<?> ref;

    private Value(
        int channels,
        int height,
        int width,
        @Nullable Convolution pending,
        @Nullable ONNXRef<?> ref) {
      this.channels = channels;
      this.height = height;
      this.width = width;
      this.pending = pending;
      this.ref = ref;
    }
  }

  /** A convolution that has no node yet, since a batch norm may follow. */
  private record Convolution(Value input, String name, int stride, int padding) {}

  private final OnnxGraph graph;
  private final WeightSource weights;
  private int constants;

  OnnxLayers(OnnxGraph graph, WeightSource weights) {
    this.graph = graph;
    this.weights = weights;
  }

  /** Takes a graph value [1, channels, height, width] as an image. */
  Value image(ONNXRef<?> ref, int channels, int height, int width) {
    return new Value(channels, height, width, null, ref);
  }

  /** Takes a graph value [1, n, channels] as tokens. */
  Value tokens(ONNXRef<?> ref, int channels) {
    return new Value(channels, 0, 0, null, ref);
  }

  private Value like(Value shape, ONNXRef<?> ref) {
    return new Value(shape.channels, shape.height, shape.width, null, ref);
  }

  /** The graph value behind a description's value. */
  ONNXRef<?> ref(Value value) {
    ONNXRef<?> ref = value.ref;
    if (ref == null) {
      if (value.pending == null) {
        throw new IllegalStateException("a value without a node");
      }
      ref = convolution(value.pending, null);
      value.ref = ref;
    }
    return ref;
  }

  @Override
  public int channels(Value x) {
    return x.channels;
  }

  @Override
  public int height(Value image) {
    return image.height;
  }

  @Override
  public int width(Value image) {
    return image.width;
  }

  @Override
  public boolean has(String name) {
    return weights.has(name);
  }

  @Override
  public Value convolution(Value image, String name, int stride, int padding) {
    List<Integer> kernel = weights.shape(name + ".weight");
    int height = (image.height + 2 * padding - kernel.get(2)) / stride + 1;
    int width = (image.width + 2 * padding - kernel.get(3)) / stride + 1;
    Convolution pending = new Convolution(image, name, stride, padding);
    return new Value(kernel.get(0), height, width, pending, null);
  }

  private ONNXRef<?> convolution(Convolution c, @Nullable String norm) {
    String name = c.name();
    String suffix = norm == null ? "" : "+" + norm;
    List<Integer> kernel = weights.shape(name + ".weight");
    int out = kernel.get(0);
    boolean biased = weights.has(name + ".bias");
    List<ONNXRef<?>> inputs = new ArrayList<>();
    inputs.add(ref(c.input()));
    if (norm == null) {
      inputs.add(stored(name + ".weight"));
      if (biased) {
        inputs.add(stored(name + ".bias"));
      }
    } else {
      inputs.add(
          graph.weight(
              name + ".weight" + suffix,
              kernel,
              () -> {
                float[] values = weights.get(name + ".weight").values().clone();
                double[] scale = scale(norm);
                int each = values.length / out;
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (values[i] * scale[i / each]);
                }
                return values;
              }));
      inputs.add(
          graph.weight(
              name + ".bias" + suffix,
              List.of(out),
              () -> {
                double[] scale = scale(norm);
                float[] mean = weights.get(norm + ".running_mean").values();
                float[] shift = weights.get(norm + ".bias").values();
                float[] bias = biased ? weights.get(name + ".bias").values() : new float[out];
                float[] values = new float[out];
                for (int i = 0; i < out; i++) {
                  values[i] = (float) ((bias[i] - mean[i]) * scale[i] + shift[i]);
                }
                return values;
              }));
    }
    int p = c.padding();
    return graph.node(
        OnnxOp.CONV,
        attributes(
            "kernel_shape", new int[] {kernel.get(2), kernel.get(3)},
            "strides", new int[] {c.stride(), c.stride()},
            "pads", new int[] {p, p, p, p}),
        inputs.toArray(new ONNXRef<?>[0]));
  }

  private double[] scale(String norm) {
    float[] weight = weights.get(norm + ".weight").values();
    float[] variance = weights.get(norm + ".running_var").values();
    double[] scale = new double[weight.length];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = weight[i] / Math.sqrt(variance[i] + BATCH_NORM_EPSILON);
    }
    return scale;
  }

  /** Attribute names and values in turn, in this order in the file. */
  private static Map<String, Object> attributes(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private ONNXRef<?> stored(String name) {
    return stored(name, weights.shape(name));
  }

  private ONNXRef<?> stored(String name, List<Integer> shape) {
    return graph.weight(name, shape, () -> weights.get(name).values());
  }

  private ONNXRef<?> constant(String kind, List<Integer> shape, Supplier<float[]> values) {
    return graph.weight(kind + "_constant_" + constants++, shape, values);
  }

  @Override
  public Value transposedConvolution(Value image, String name, int stride) {
    int out = weights.shape(name + ".weight").get(1);
    ONNXRef<?> ref =
        graph.node(
            OnnxOp.CONV_TRANSPOSE,
            attributes(
                "kernel_shape", new int[] {stride, stride}, "strides", new int[] {stride, stride}),
            ref(image),
            stored(name + ".weight"),
            stored(name + ".bias"));
    return image(ref, out, image.height * stride, image.width * stride);
  }

  @Override
  public Value batchNorm(Value image, String name) {
    if (image.pending != null && image.ref == null) {
      return like(image, convolution(image.pending, name));
    }
    return like(
        image,
        graph.node(
            OnnxOp.BATCH_NORMALIZATION,
            attributes("epsilon", (float) BATCH_NORM_EPSILON),
            ref(image),
            stored(name + ".weight"),
            stored(name + ".bias"),
            stored(name + ".running_mean"),
            stored(name + ".running_var")));
  }

  @Override
  public Value layerNorm(Value x, String name, double epsilon) {
    boolean image = x.height > 0;
    ONNXRef<?> in = image ? transpose(ref(x), 0, 2, 3, 1) : ref(x);
    ONNXRef<?> out =
        graph.node(
            OnnxOp.LAYER_NORMALIZATION,
            attributes("axis", -1, "epsilon", (float) epsilon),
            in,
            stored(name + ".weight"),
            stored(name + ".bias"));
    return like(x, image ? transpose(out, 0, 3, 1, 2) : out);
  }

  private ONNXRef<?> transpose(ONNXRef<?> x, int... order) {
    return graph.node(OnnxOp.TRANSPOSE, attributes("perm", order), x);
  }

  private ONNXRef<?> reshape(ONNXRef<?> x, long... shape) {
    return graph.node(OnnxOp.RESHAPE, x, graph.longs("shape", shape));
  }

  @Override
  public Value relu(Value x) {
    return like(x, graph.node(OnnxOp.RELU, ref(x)));
  }

  @Override
  public Value gelu(Value x) {
    // In this order ONNX Runtime recognises it and computes it in one go.
    ONNXRef<?> erf =
        graph.node(
            OnnxOp.ERF, graph.node(OnnxOp.DIV, ref(x), graph.scalar("sqrt_2", Math.sqrt(2))));
    ONNXRef<?> sum = graph.node(OnnxOp.ADD, erf, graph.scalar("one", 1));
    ONNXRef<?> product = graph.node(OnnxOp.MUL, ref(x), sum);
    return like(x, graph.node(OnnxOp.MUL, product, graph.scalar("half", 0.5)));
  }

  @Override
  public Value sigmoid(Value x) {
    return like(x, graph.node(OnnxOp.SIGMOID, ref(x)));
  }

  @Override
  public Value softmax(Value image) {
    return like(image, graph.node(OnnxOp.SOFTMAX, attributes("axis", 1), ref(image)));
  }

  @Override
  public Value affine(Value x, double scale, double shift) {
    ONNXRef<?> scaled =
        scale == 1 ? ref(x) : graph.node(OnnxOp.MUL, ref(x), graph.scalar("scale", scale));
    return like(
        x, shift == 0 ? scaled : graph.node(OnnxOp.ADD, scaled, graph.scalar("shift", shift)));
  }

  @Override
  public Value divide(Value a, Value b) {
    return broadcast(OnnxOp.DIV, a, b);
  }

  @Override
  public Value channelMean(Value image) {
    ONNXRef<?> mean =
        graph.node(
            OnnxOp.REDUCE_MEAN, attributes("axes", new int[] {1}, "keepdims", 1), ref(image));
    return image(mean, 1, image.height, image.width);
  }

  @Override
  public Value add(Value a, Value b) {
    return broadcast(OnnxOp.ADD, a, b);
  }

  @Override
  public Value multiply(Value a, Value b) {
    return broadcast(OnnxOp.MUL, a, b);
  }

  private Value broadcast(OnnxOp op, Value a, Value b) {
    return new Value(
        Math.max(a.channels, b.channels),
        Math.max(a.height, b.height),
        Math.max(a.width, b.width),
        null,
        graph.node(op, ref(a), ref(b)));
  }

  @Override
  public Value maxPool(Value image, int size, int stride, int padding) {
    return image(
        graph.node(
            OnnxOp.MAX_POOL,
            attributes(
                "kernel_shape", new int[] {size, size},
                "strides", new int[] {stride, stride},
                "pads", new int[] {padding, padding, padding, padding}),
            ref(image)),
        image.channels,
        (image.height + 2 * padding - size) / stride + 1,
        (image.width + 2 * padding - size) / stride + 1);
  }

  @Override
  public Value globalAveragePool(Value image) {
    return image(graph.node(OnnxOp.GLOBAL_AVERAGE_POOL, ref(image)), image.channels, 1, 1);
  }

  @Override
  public Value adaptiveAveragePool(Value image, int rows, int columns) {
    // Cells overlap where sizes do not divide, so no pooling operator fits: two matrix products.
    float[] vertical = cells(image.height, rows);
    float[] horizontal = transposed(cells(image.width, columns), columns, image.width);
    ONNXRef<?> across = constant("pool", List.of(image.width, columns), () -> horizontal);
    ONNXRef<?> down = constant("pool", List.of(rows, image.height), () -> vertical);
    ONNXRef<?> narrow = graph.node(OnnxOp.MATMUL, ref(image), across);
    return image(graph.node(OnnxOp.MATMUL, down, narrow), image.channels, rows, columns);
  }

  /** [cells, size]: the weights with which each cell averages. */
  private static float[] cells(int size, int cells) {
    float[] matrix = new float[cells * size];
    for (int i = 0; i < cells; i++) {
      int from = (int) ((long) i * size / cells);
      int to = (int) (((i + 1L) * size + cells - 1) / cells);
      Arrays.fill(matrix, i * size + from, i * size + to, 1f / (to - from));
    }
    return matrix;
  }

  private static float[] transposed(float[] matrix, int rows, int columns) {
    float[] out = new float[matrix.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[c * rows + r] = matrix[r * columns + c];
      }
    }
    return out;
  }

  @Override
  public Value resize(Value image, int height, int width) {
    if (height == image.height && width == image.width) {
      return image;
    }
    return image(resize(ref(image), image, height, width), image.channels, height, width);
  }

  private ONNXRef<?> resize(ONNXRef<?> ref, Value from, int height, int width) {
    Map<String, Object> attributes =
        attributes("coordinate_transformation_mode", "half_pixel", "mode", "linear");
    // ONNX Runtime has a faster path for whole factors, which it knows from the scales alone.
    if (height % from.height == 0 && width % from.width == 0) {
      return graph.node(
          OnnxOp.RESIZE,
          attributes,
          ref,
          graph.absent(),
          graph.floats("scales", 1, 1, (float) height / from.height, (float) width / from.width));
    }
    return graph.node(
        OnnxOp.RESIZE,
        attributes,
        ref,
        graph.absent(),
        graph.absent(),
        graph.longs("sizes", 1, from.channels, height, width));
  }

  @Override
  public Value concatChannels(List<Value> images) {
    int channels = images.stream().mapToInt(v -> v.channels).sum();
    return image(concat(images, 1), channels, images.get(0).height, images.get(0).width);
  }

  private ONNXRef<?> concat(List<Value> values, int axis) {
    return graph.node(
        OnnxOp.CONCAT,
        attributes("axis", axis),
        values.stream().map(this::ref).toArray(ONNXRef<?>[]::new));
  }

  @Override
  public Value tokens(Value image) {
    ONNXRef<?> flat = reshape(ref(image), 0, image.channels, (long) image.height * image.width);
    return tokens(transpose(flat, 0, 2, 1), image.channels);
  }

  @Override
  public Value image(Value tokens, int height, int width) {
    ONNXRef<?> flat = transpose(ref(tokens), 0, 2, 1);
    return image(reshape(flat, 0, tokens.channels, height, width), tokens.channels, height, width);
  }

  @Override
  public Value concatTokens(List<Value> sequences) {
    return tokens(concat(sequences, 1), sequences.get(0).channels);
  }

  @Override
  public Value sliceTokens(Value tokens, int from, int count) {
    return tokens(
        graph.node(
            OnnxOp.SLICE,
            ref(tokens),
            graph.longs("from", from),
            graph.longs("to", from + (long) count),
            graph.longs("axis", 1)),
        tokens.channels);
  }

  @Override
  public Value linear(Value tokens, String name) {
    List<Integer> shape = weights.shape(name + ".weight");
    int out = shape.get(0);
    int in = shape.get(1);
    ONNXRef<?> matrix =
        graph.weight(
            name + ".weight.transposed",
            List.of(in, out),
            () -> transposed(weights.get(name + ".weight").values(), out, in));
    ONNXRef<?> product = graph.node(OnnxOp.MATMUL, ref(tokens), matrix);
    return tokens(
        weights.has(name + ".bias")
            ? graph.node(OnnxOp.ADD, product, stored(name + ".bias"))
            : product,
        out);
  }

  @Override
  public Value attention(Value query, Value key, Value value, int heads) {
    int each = query.channels / heads;
    ONNXRef<?> scaled =
        graph.node(OnnxOp.MUL, ref(query), graph.scalar("attention_scale", 1 / Math.sqrt(each)));
    ONNXRef<?> q = transpose(reshape(scaled, 0, -1, heads, each), 0, 2, 1, 3);
    ONNXRef<?> k = transpose(reshape(ref(key), 0, -1, heads, each), 0, 2, 3, 1);
    ONNXRef<?> v = transpose(reshape(ref(value), 0, -1, heads, value.channels / heads), 0, 2, 1, 3);
    ONNXRef<?> weight =
        graph.node(OnnxOp.SOFTMAX, attributes("axis", -1), graph.node(OnnxOp.MATMUL, q, k));
    ONNXRef<?> joined = transpose(graph.node(OnnxOp.MATMUL, weight, v), 0, 2, 1, 3);
    return tokens(reshape(joined, 0, -1, value.channels), value.channels);
  }

  @Override
  public Value project(Value tokens, Value image) {
    long pixels = (long) image.height * image.width;
    ONNXRef<?> flat = reshape(ref(image), 0, image.channels, pixels);
    ONNXRef<?> product = graph.node(OnnxOp.MATMUL, ref(tokens), flat);
    // The number of tokens becomes the number of channels, which may be dynamic.
    return image(reshape(product, 0, -1, image.height, image.width), 0, image.height, image.width);
  }

  @Override
  public Value fourierFeatures(Value tokens, String name) {
    List<Integer> shape = weights.shape(name);
    ONNXRef<?> matrix =
        graph.weight(
            name + ".times_2_pi",
            shape,
            () -> {
              Tensor tensor = weights.get(name);
              float[] values = tensor.values().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) (2 * Math.PI * values[i]);
              }
              return values;
            });
    ONNXRef<?> angle = graph.node(OnnxOp.MATMUL, ref(tokens), matrix);
    return tokens(
        graph.node(
            OnnxOp.CONCAT,
            attributes("axis", 2),
            graph.node(OnnxOp.SIN, angle),
            graph.node(OnnxOp.COS, angle)),
        2 * shape.get(1));
  }

  @Override
  public Value mix(Value weightTokens, Value tokens) {
    return tokens(graph.node(OnnxOp.MATMUL, ref(weightTokens), ref(tokens)), tokens.channels);
  }

  @Override
  public Value constantTokens(int channels, float[] values) {
    float[] copy = values.clone();
    return tokens(
        constant("tokens", List.of(1, values.length / channels, channels), () -> copy), channels);
  }

  @Override
  public Value weightTokens(String name) {
    List<Integer> shape = weights.shape(name);
    int channels = shape.get(shape.size() - 1);
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    return tokens(
        graph.weight(
            name + ".tokens",
            List.of(1, elements / channels, channels),
            () -> weights.get(name).values()),
        channels);
  }

  @Override
  public Value weightImage(String name) {
    List<Integer> shape = weights.shape(name);
    return image(stored(name), shape.get(1), shape.get(2), shape.get(3));
  }
}
