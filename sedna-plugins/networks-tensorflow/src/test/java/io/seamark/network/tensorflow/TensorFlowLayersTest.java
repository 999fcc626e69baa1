package io.seamark.network.tensorflow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class TensorFlowLayersTest {
  private static final Random RANDOM = new Random(5);

  private static Tensor random(int... shape) {
    int n = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) RANDOM.nextGaussian();
    }
    return new Tensor(Arrays.stream(shape).boxed().toList(), values);
  }

  private static Tensor positive(int... shape) {
    Tensor t = random(shape);
    for (int i = 0; i < t.values().length; i++) {
      t.values()[i] = 0.5f + Math.abs(t.values()[i]);
    }
    return t;
  }

  /** A network of one layer, its input given in the graph's order. */
  private interface Layer
      extends BiFunction<TensorFlowLayers, Operand<TFloat32>, Operand<TFloat32>> {}

  /**
   * Compares the gradients of a fixed random projection of the output, towards input and weights,
   * with central differences.
   */
  private static void checkGradients(
      Map<String, Tensor> tensors, BatchNormMode mode, Layer layer, int... inputShape) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      GraphWeights weights = new GraphWeights(tf, new Weights(tensors, Map.of()));
      TensorFlowLayers layers = new TensorFlowLayers(tf, weights, mode, 0.1);
      Tensor input = random(inputShape);
      long[] open = Arrays.stream(inputShape).asLongStream().toArray();
      open[0] = -1;
      Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(open)));
      Operand<TFloat32> y = layer.apply(layers, x);
      weights.initialise(session);
      float[] probe;
      try (TFloat32 feed = tensor(input);
          Result result = session.runner().feed(x, feed).fetch(y).run()) {
        long[] shape = result.get(0).shape().asArray();
        probe = random(Arrays.stream(shape).mapToInt(d -> (int) d).toArray()).values();
      }
      Operand<TFloat32> flat = tf.reshape(y, tf.constant(new int[] {-1}));
      Operand<TFloat32> loss =
          tf.reduceSum(tf.math.mul(flat, tf.constant(probe)), tf.constant(new int[] {0}));
      List<GraphWeights.Variable> trained =
          weights.variables().stream().filter(GraphWeights.Variable::trained).toList();
      List<Operand<?>> sources = new java.util.ArrayList<>(List.of(x));
      trained.forEach(v -> sources.add(v.value()));
      var gradients = tf.gradients(loss, sources);
      for (int s = 0; s < sources.size(); s++) {
        float[] values =
            s == 0
                ? input.values()
                : trained
                    .get(s - 1)
                    .arrangement()
                    .toGraph(weights.published(trained.get(s - 1).name()));
        Shape shape =
            s == 0
                ? Shape.of(Arrays.stream(inputShape).asLongStream().toArray())
                : trained.get(s - 1).shape();
        float[] exact;
        try (TFloat32 feed = tensor(input);
            Result result = session.runner().feed(x, feed).fetch(gradients.dy(s)).run()) {
          exact = GraphWeights.floats((TFloat32) result.get(0));
        }
        for (int k = 0; k < Math.min(values.length, 12); k++) {
          int i = (int) ((long) k * values.length / Math.min(values.length, 12));
          double numeric = 0;
          for (int sign = -1; sign <= 1; sign += 2) {
            float[] moved = values.clone();
            moved[i] += sign * 0.01f;
            try (TFloat32 feed = tensor(input);
                TFloat32 other = TFloat32.tensorOf(shape, DataBuffers.of(moved, true, false))) {
              Session.Runner runner = session.runner();
              if (s > 0) {
                runner.feed(x, feed);
              }
              runner.feed(sources.get(s), other);
              try (Result result = runner.fetch(loss).run()) {
                numeric += sign * ((TFloat32) result.get(0)).getFloat() / 0.02;
              }
            }
          }
          assertEquals(
              numeric, exact[i], 0.02 + 0.02 * Math.abs(numeric), "source " + s + ", value " + i);
        }
      }
    }
  }

  private static TFloat32 tensor(Tensor t) {
    return TFloat32.tensorOf(
        Shape.of(t.shape().stream().mapToLong(Integer::longValue).toArray()),
        DataBuffers.of(t.values(), true, false));
  }

  private static Map<String, Tensor> named(Object... pairs) {
    Map<String, Tensor> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], (Tensor) pairs[i + 1]);
    }
    return map;
  }

  @Test
  void convolution_withBiasPaddingAndStride() {
    checkGradients(
        named("c.weight", random(3, 2, 3, 3), "c.bias", random(3)),
        BatchNormMode.FROZEN,
        (l, x) -> l.convolution(x, "c", 2, 1),
        2,
        6,
        5,
        2);
  }

  /** With AVX2 oneDNN's own gradient of these weights is wrong. */
  @Test
  void convolution_ofOnePixelUnderAStride() {
    checkGradients(
        named("c.weight", random(4, 2, 1, 1), "c.bias", random(4)),
        BatchNormMode.FROZEN,
        (l, x) -> l.convolution(x, "c", 2, 0),
        2,
        12,
        16,
        2);
  }

  @Test
  void convolution_ofOnePixelUnderAStride_isNeverLeftToTheKernel() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      GraphWeights weights =
          new GraphWeights(
              tf,
              new Weights(
                  named(
                      "c.weight", random(3, 2, 1, 1),
                      "n.weight", random(3),
                      "n.bias", random(3),
                      "n.running_mean", random(3),
                      "n.running_var", positive(3)),
                  Map.of()));
      TensorFlowLayers layers = new TensorFlowLayers(tf, weights, BatchNormMode.FROZEN, 0);
      Placeholder<TFloat32> x =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 7, 8, 2)));
      Operand<TFloat32> y = layers.batchNorm(layers.convolution(x, "c", 2, 0), "n");
      assertEquals("[-1, 4, 4, 3]", y.shape().toString());
      List<Operand<?>> sources = new java.util.ArrayList<>(List.of(x));
      weights.variables().stream()
          .filter(GraphWeights.Variable::trained)
          .forEach(v -> sources.add(v.value()));
      tf.gradients(tf.reduceSum(y, tf.constant(new int[] {0, 1, 2, 3})), sources);
      int convolutions = 0;
      for (var operations = graph.operations(); operations.hasNext(); ) {
        GraphOperation operation = operations.next();
        if (operation.type().startsWith("Conv2D")) {
          convolutions++;
          assertArrayEquals(
              new long[] {1, 1, 1, 1},
              operation.attributes().getAttrIntList("strides"),
              operation.name());
        }
      }
      assertTrue(convolutions >= 3, convolutions + " convolutions");
    }
  }

  @Test
  void convolution_samePadding() {
    checkGradients(
        named("c.weight", random(3, 2, 3, 3)),
        BatchNormMode.FROZEN,
        (l, x) -> l.convolution(x, "c", 1, 1),
        1,
        4,
        5,
        2);
  }

  @Test
  void transposedConvolution() {
    checkGradients(
        named("c.weight", random(3, 2, 2, 2), "c.bias", random(2)),
        BatchNormMode.FROZEN,
        (l, x) -> l.transposedConvolution(x, "c", 2),
        2,
        3,
        4,
        3);
  }

  private static Map<String, Tensor> norm() {
    return named(
        "n.weight", random(3),
        "n.bias", random(3),
        "n.running_mean", random(3),
        "n.running_var", positive(3),
        "c.weight", random(3, 3, 3, 3));
  }

  @Test
  void batchNorm_frozenAlone() {
    checkGradients(norm(), BatchNormMode.FROZEN, (l, x) -> l.batchNorm(x, "n"), 2, 3, 4, 3);
  }

  @Test
  void batchNorm_frozenFoldedIntoConvolution() {
    checkGradients(
        norm(),
        BatchNormMode.FROZEN,
        (l, x) -> l.batchNorm(l.convolution(x, "c", 1, 1), "n"),
        2,
        3,
        4,
        3);
  }

  @Test
  void batchNorm_ofTheBatch() {
    checkGradients(norm(), BatchNormMode.BATCH, (l, x) -> l.batchNorm(x, "n"), 2, 3, 4, 3);
  }

  @Test
  void layerNorm() {
    checkGradients(
        named("n.weight", random(5), "n.bias", random(5)),
        BatchNormMode.FROZEN,
        (l, x) -> l.layerNorm(x, "n", 1e-6),
        2,
        3,
        5);
  }

  @Test
  void activations() {
    checkGradients(
        named(),
        BatchNormMode.FROZEN,
        (l, x) -> l.add(l.gelu(x), l.multiply(l.sigmoid(x), x)),
        2,
        3,
        5);
  }

  @Test
  void pooling() {
    checkGradients(
        named(),
        BatchNormMode.FROZEN,
        (l, x) -> l.multiply(l.maxPool(x, 3, 2, 1), l.globalAveragePool(x)),
        2,
        6,
        8,
        2);
  }

  @Test
  void adaptiveAveragePool_andResize() {
    checkGradients(
        named(),
        BatchNormMode.FROZEN,
        (l, x) ->
            l.concatChannels(
                List.of(l.resize(l.adaptiveAveragePool(x, 2, 3), 7, 9), l.resize(x, 7, 9))),
        2,
        5,
        7,
        2);
  }

  @Test
  void attention_overLearntAndGivenTokens() {
    checkGradients(
        named(
            "t",
            random(2, 4),
            "q.weight",
            random(4, 4),
            "q.bias",
            random(4),
            "v.weight",
            random(4, 4)),
        BatchNormMode.FROZEN,
        (l, x) -> {
          Operand<TFloat32> all = l.concatTokens(List.of(l.weightTokens("t"), x));
          Operand<TFloat32> out = l.attention(l.linear(all, "q"), all, l.linear(all, "v"), 2);
          return l.sliceTokens(out, 1, 3);
        },
        2,
        3,
        4);
  }

  @Test
  void project_andWeightImage() {
    checkGradients(
        named("p", random(1, 3, 2, 4)),
        BatchNormMode.FROZEN,
        (l, x) -> {
          Operand<TFloat32> image = l.add(x, l.weightImage("p"));
          Operand<TFloat32> tokens = l.sliceTokens(l.tokens(image), 2, 3);
          return l.project(tokens, l.image(l.tokens(image), 2, 4));
        },
        2,
        2,
        4,
        3);
  }

  @Test
  void mix_andFourierFeatures() {
    checkGradients(
        named("g", random(2, 3), "t", random(4, 6)),
        BatchNormMode.FROZEN,
        (l, x) -> {
          Operand<TFloat32> place = l.fourierFeatures(l.mix(x, grid(l)), "g");
          return l.add(place, l.mix(x, l.weightTokens("t")));
        },
        2,
        3,
        4);
  }

  private static Operand<TFloat32> grid(TensorFlowLayers layers) {
    return layers.constantTokens(2, new float[] {0, 0.1f, 0.2f, -0.1f, 0.05f, 0.3f, 0.1f, 0.1f});
  }

  @Test
  void frozenFolding_equalsNormalising() {
    Map<String, Tensor> tensors = norm();
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      TensorFlowLayers layers = new TensorFlowLayers(tf, new Weights(tensors, Map.of()));
      Operand<TFloat32> x = tf.constant(new float[1][4][5][3]);
      x = tf.math.add(x, tf.constant(0.7f));
      Operand<TFloat32> convolved = layers.convolution(x, "c", 1, 1);
      Operand<TFloat32> folded = layers.batchNorm(convolved, "n");
      Operand<TFloat32> plain = layers.batchNorm(tf.identity(convolved), "n");
      layers.initialise(session);
      try (Result result = session.runner().fetch(folded).fetch(plain).run()) {
        float[] a = GraphWeights.floats((TFloat32) result.get(0));
        float[] b = GraphWeights.floats((TFloat32) result.get(1));
        for (int i = 0; i < a.length; i++) {
          assertEquals(b[i], a[i], 1e-4);
        }
        assertTrue(a.length > 0);
      }
    }
  }
}
