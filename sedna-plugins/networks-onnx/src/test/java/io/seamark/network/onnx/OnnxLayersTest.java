package io.seamark.network.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.seamark.network.RfNet;
import io.seamark.network.Tensor;
import io.seamark.network.Weights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each operation on numbers small enough to follow by hand. */
class OnnxLayersTest {
  private static final float TOLERANCE = 1e-5f;

  private final Map<String, Tensor> tensors = new HashMap<>();

  private void weight(String name, List<Integer> shape, double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    tensors.put(name, new Tensor(shape, floats));
  }

  private static float[] count(int n) {
    float[] values = new float[n];
    IntStream.range(0, n).forEach(i -> values[i] = i + 1);
    return values;
  }

  private static float[] of(double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** Runs an operation on an image [1, channels, height, width]. */
  private GraphRun.Output image(
      int channels,
      int height,
      int width,
      float[] values,
      BiFunction<OnnxLayers, OnnxLayers.Value, OnnxLayers.Value> operation)
      throws Exception {
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, new Weights(tensors, Map.of()));
    OnnxLayers.Value x =
        layers.image(
            graph.input("x", DataType.FLOAT, 1, channels, height, width), channels, height, width);
    OnnxLayers.Value y = operation.apply(layers, x);
    graph.output("y", layers.ref(y), DataType.FLOAT, shape(layers, y));
    try (GraphRun runtime = new GraphRun(graph.build("test", Map.of()))) {
      GraphRun.Output output =
          runtime.floats("x", values, 1, channels, height, width).run().get("y");
      if (layers.height(y) > 0 && layers.channels(y) > 0) {
        assertArrayEquals(
            new long[] {1, layers.channels(y), layers.height(y), layers.width(y)}, output.shape());
      }
      return output;
    }
  }

  private static int[] shape(OnnxLayers layers, OnnxLayers.Value y) {
    return layers.height(y) > 0
        ? new int[] {1, layers.channels(y), layers.height(y), layers.width(y)}
        : new int[] {1, 0, layers.channels(y)};
  }

  /** Runs an operation on tokens [1, n, channels] whose number the graph does not know. */
  private GraphRun.Output tokens(
      int channels,
      float[] values,
      BiFunction<OnnxLayers, OnnxLayers.Value, OnnxLayers.Value> operation)
      throws Exception {
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, new Weights(tensors, Map.of()));
    OnnxLayers.Value x = layers.tokens(graph.input("x", DataType.FLOAT, 1, 0, channels), channels);
    OnnxLayers.Value y = operation.apply(layers, x);
    graph.output("y", layers.ref(y), DataType.FLOAT, shape(layers, y));
    try (GraphRun runtime = new GraphRun(graph.build("test", Map.of()))) {
      return runtime.floats("x", values, 1, values.length / channels, channels).run().get("y");
    }
  }

  private static void assertValues(float[] expected, GraphRun.Output actual) {
    assertArrayEquals(expected, actual.values(), TOLERANCE);
  }

  private void norm(String name, double weight, double bias, double mean, double variance) {
    weight(name + ".weight", List.of(1), weight);
    weight(name + ".bias", List.of(1), bias);
    weight(name + ".running_mean", List.of(1), mean);
    weight(name + ".running_var", List.of(1), variance - 1e-5);
  }

  private float[] appealInputs(int classes, double... logits) throws Exception {
    return image(classes, 1, 4, of(logits), RfNet::appealInputs).values();
  }

  @Test
  void appealNetReads_whatTheProbabilitiesExpect() throws Exception {
    float[] sure = appealInputs(3, 30, 30, 0, 0, 0, 0, 30, 30, 0, 0, 0, 0);
    assertArrayEquals(of(1, 1, 0), sure, TOLERANCE);
    // No class is above another: a third is right, and 1/9 in common of 5/9 in all.
    float[] lost = appealInputs(3, new double[12]);
    assertArrayEquals(of(1 / 3.0, 0.2, 2 / 3.0 / (2 / 3.0 + 0.2)), lost, 1e-3f);
    // 0.8 everywhere, for class 0 in three cells of four: 0.6 of 0.8 and 0.2 of 0.4 in common.
    double one = Math.log(0.8);
    double other = Math.log(0.2);
    float[] doubt = appealInputs(2, one, one, one, other, other, other, other, one);
    assertArrayEquals(of((6 / 7.0 + 2 / 3.0) / 2, (0.75 + 0.5) / 2, 0.5), doubt, 1e-3f);
  }

  @Test
  void convolutionPadsWithZerosAndStrides() throws Exception {
    weight("c.weight", List.of(1, 1, 3, 3), 0, 0, 0, 0, 1, 10, 0, 0, 0);
    weight("c.bias", List.of(1), 0.5);
    // 1 2 3 / 4 5 6 / 7 8 9: at every second pixel, itself and ten times its right neighbour.
    assertValues(
        of(21.5, 3.5, 87.5, 9.5), image(1, 3, 3, count(9), (l, x) -> l.convolution(x, "c", 2, 1)));
  }

  @Test
  void batchNormBehindAConvolutionIsFoldedIntoIt() throws Exception {
    weight("c.weight", List.of(1, 1, 1, 1), 3);
    weight("c.bias", List.of(1), 1);
    norm("n", 2, 5, 4, 0.25);
    // ((3 x + 1) - 4) * 2 / 0.5 + 5
    assertValues(
        of(5, 17),
        image(1, 1, 2, count(2), (l, x) -> l.batchNorm(l.convolution(x, "c", 1, 0), "n")));
  }

  @Test
  void batchNormStandsAloneElsewhere() throws Exception {
    norm("n", 2, 5, 4, 0.25);
    assertValues(of(-7, -3), image(1, 1, 2, count(2), (l, x) -> l.batchNorm(x, "n")));
  }

  @Test
  void aConvolutionUsedTwiceIsNotFoldedForBoth() throws Exception {
    weight("c.weight", List.of(1, 1, 1, 1), 3);
    norm("n", 1, 0, 1, 1);
    assertValues(
        of(3 + 2, 6 + 5),
        image(
            1,
            1,
            2,
            count(2),
            (l, x) -> {
              OnnxLayers.Value c = l.convolution(x, "c", 1, 0);
              return l.add(l.batchNorm(c, "n"), c);
            }));
  }

  @Test
  void transposedConvolutionSpreadsEachPixel() throws Exception {
    weight("t.weight", List.of(1, 1, 2, 2), 1, 2, 3, 4);
    weight("t.bias", List.of(1), 0.5);
    assertValues(
        of(1.5, 2.5, 2.5, 4.5, 3.5, 4.5, 6.5, 8.5),
        image(1, 1, 2, count(2), (l, x) -> l.transposedConvolution(x, "t", 2)));
  }

  @Test
  void layerNormWorksOnChannelsOfImagesAndTokens() throws Exception {
    weight("n.weight", List.of(2), 1, 2);
    weight("n.bias", List.of(2), 0, 10);
    // Channels 1 and 3 (and 2 and 4) have mean 2 (3) and deviation 1.
    assertValues(of(-1, -1, 12, 12), image(2, 1, 2, count(4), (l, x) -> l.layerNorm(x, "n", 0)));
    assertValues(of(-1, 12, -1, 12), tokens(2, of(1, 3, 5, 9), (l, x) -> l.layerNorm(x, "n", 0)));
    assertValues(of(-0.5, 11), tokens(2, of(1, 3), (l, x) -> l.layerNorm(x, "n", 3)));
  }

  @Test
  void activations() throws Exception {
    assertValues(of(0, 0, 2), image(1, 1, 3, of(-1, 0, 2), (l, x) -> l.relu(x)));
    assertValues(of(-0.15865525, 0, 1.9544997), image(1, 1, 3, of(-1, 0, 2), (l, x) -> l.gelu(x)));
    assertValues(
        of(0.26894142, 0.5, 0.880797), image(1, 1, 3, of(-1, 0, 2), (l, x) -> l.sigmoid(x)));
  }

  @Test
  void sumsAndProductsAreBroadcast() throws Exception {
    weight("i", List.of(1, 2, 1, 1), 10, 100);
    weight("m", List.of(1, 1, 1, 2), 1, 0);
    assertValues(
        of(11, 12, 103, 104), image(2, 1, 2, count(4), (l, x) -> l.add(x, l.weightImage("i"))));
    assertValues(
        of(10, 20, 300, 400),
        image(2, 1, 2, count(4), (l, x) -> l.multiply(x, l.weightImage("i"))));
    assertValues(
        of(1, 0, 3, 0), image(2, 1, 2, count(4), (l, x) -> l.multiply(x, l.weightImage("m"))));
    assertValues(
        of(11, 12, 101, 102), image(1, 1, 2, count(2), (l, x) -> l.add(l.weightImage("i"), x)));
  }

  @Test
  void pooling() throws Exception {
    assertValues(of(5, 6, 8, 9), image(1, 3, 3, count(9), (l, x) -> l.maxPool(x, 3, 2, 1)));
    assertValues(
        of(-5, -5, -5, -5),
        image(1, 3, 3, of(-5, -9, -5, -9, -9, -9, -5, -9, -5), (l, x) -> l.maxPool(x, 3, 2, 1)));
    assertValues(of(2, 5), image(2, 1, 3, count(6), (l, x) -> l.globalAveragePool(x)));
  }

  @Test
  void adaptivePoolingOverlapsWhereSizesDoNotDivide() throws Exception {
    // Rows 0-1 and 1-2 of three, all three columns.
    assertValues(of(3.5, 6.5), image(1, 3, 3, count(9), (l, x) -> l.adaptiveAveragePool(x, 2, 1)));
    // More cells than pixels: pixel 0, 0-1, 1 for three cells of two.
    assertValues(of(1, 1.5, 2), image(1, 1, 2, count(2), (l, x) -> l.adaptiveAveragePool(x, 1, 3)));
  }

  @Test
  void resizingUsesHalfPixelCentres() throws Exception {
    assertValues(of(1, 1.25, 1.75, 2), image(1, 1, 2, count(2), (l, x) -> l.resize(x, 1, 4)));
    assertValues(of(1, 1.5, 2), image(1, 1, 2, count(2), (l, x) -> l.resize(x, 1, 3)));
    assertValues(of(1.5, 3.5), image(1, 1, 4, count(4), (l, x) -> l.resize(x, 1, 2)));
    assertValues(of(2.5), image(1, 2, 2, count(4), (l, x) -> l.resize(x, 1, 1)));
  }

  @Test
  void channelsAreJoined() throws Exception {
    assertValues(
        of(1, 2, 1, 2, 0, 0),
        image(
            1, 1, 2, count(2), (l, x) -> l.concatChannels(List.of(x, x, l.multiply(x, zero(l))))));
  }

  private OnnxLayers.Value zero(OnnxLayers layers) {
    return layers.image(layers.constantTokens(1, new float[] {0}), 1, 1);
  }

  @Test
  void imagesBecomeTokensAndBack() throws Exception {
    assertValues(of(1, 5, 2, 6, 3, 7, 4, 8), image(2, 2, 2, count(8), (l, x) -> l.tokens(x)));
    GraphRun.Output back = image(2, 2, 3, count(12), (l, x) -> l.image(l.tokens(x), 2, 3));
    assertArrayEquals(count(12), back.values());
  }

  @Test
  void tokensAreJoinedAndCut() throws Exception {
    assertValues(
        of(9, 8, 1, 2, 3, 4),
        tokens(2, count(4), (l, x) -> l.concatTokens(List.of(l.constantTokens(2, of(9, 8)), x))));
    assertValues(of(3, 4, 5, 6), tokens(2, count(8), (l, x) -> l.sliceTokens(x, 1, 2)));
  }

  @Test
  void linearLayersTransposeTheirWeight() throws Exception {
    weight("f.weight", List.of(3, 2), 1, 0, 0, 1, 10, 100);
    assertValues(of(1, 2, 210, 3, 4, 430), tokens(2, count(4), (l, x) -> l.linear(x, "f")));
    weight("f.bias", List.of(3), 0.5, 0, -1);
    assertValues(of(1.5, 2, 209), tokens(2, count(2), (l, x) -> l.linear(x, "f")));
  }

  @Test
  void attentionWeighsValuesHeadByHead() throws Exception {
    // Two heads of one channel; the scale is 1 / sqrt(1). Query 0 of head 0 sees keys ln 3 and 0
    // with weights 3/4 and 1/4; head 1's query is 0 and weighs alike.
    double ln3 = Math.log(3);
    assertValues(
        of(0.75 * 4 + 0.25 * 8, 15),
        tokens(
            2,
            of(1, 0),
            (l, x) ->
                l.attention(
                    x,
                    l.constantTokens(2, of(ln3, 7, 0, 9)),
                    l.constantTokens(2, of(4, 10, 8, 20)),
                    2)));
    // One head of four channels: the scale is 1/2.
    assertValues(
        of(0.75 * 4 + 0.25 * 8, 0, 0, 1),
        tokens(
            4,
            of(2, 0, 0, 0),
            (l, x) ->
                l.attention(
                    x,
                    l.constantTokens(4, of(ln3, 1, 1, 1, 0, 2, 2, 2)),
                    l.constantTokens(4, of(4, 0, 0, 1, 8, 0, 0, 1)),
                    1)));
  }

  @Test
  void tokensAreProjectedOntoImages() throws Exception {
    GraphRun.Output output =
        tokens(
            2,
            of(1, 0, 10, 100),
            (l, x) -> l.project(x, l.image(l.constantTokens(2, of(1, 4, 2, 5, 3, 6)), 1, 3)));
    assertValues(of(1, 2, 3, 410, 520, 630), output);
    assertArrayEquals(new long[] {1, 2, 1, 3}, output.shape());
  }

  @Test
  void fourierFeaturesAreSinesThenCosines() throws Exception {
    weight("g", List.of(2, 2), 0.25, 0, 0, 1.0 / 12);
    // 2 pi (x / 4, y / 12): a quarter turn and a twelfth of one.
    assertValues(
        of(1, 0.5, 0, Math.sqrt(3) / 2), tokens(2, of(1, 1), (l, x) -> l.fourierFeatures(x, "g")));
  }

  @Test
  void tokensAreMixed() throws Exception {
    assertValues(
        of(5, 6, 0.5 * 5 + 2 * 7, 0.5 * 6 + 2 * 8),
        tokens(2, of(1, 0, 0.5, 2), (l, x) -> l.mix(x, l.constantTokens(2, of(5, 6, 7, 8)))));
  }

  @Test
  void weightsBecomeTokens() throws Exception {
    weight("p", List.of(1, 1, 2, 2), 10, 20, 30, 40);
    assertValues(of(11, 22, 33, 44), tokens(2, count(4), (l, x) -> l.add(x, l.weightTokens("p"))));
  }

  @Test
  void sizesAreKnownWhenTheGraphIsBuilt() throws Exception {
    weight("c.weight", List.of(3, 1, 7, 7), new double[147]);
    GraphRun.Output output =
        image(
            1,
            90,
            61,
            new float[90 * 61],
            (l, x) -> l.maxPool(l.convolution(x, "c", 2, 3), 3, 2, 1));
    assertArrayEquals(new long[] {1, 3, 23, 16}, output.shape());
  }

  @Test
  void theSizeOfTheFileIsKnownBeforeItIsWritten() {
    weight("c.weight", List.of(3, 1, 7, 7), new double[147]);
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, new Weights(tensors, Map.of()));
    OnnxLayers.Value x = layers.image(graph.input("x", DataType.FLOAT, 1, 1, 9, 9), 1, 9, 9);
    graph.output("y", layers.ref(layers.convolution(x, "c", 1, 0)), DataType.FLOAT, 1, 3, 3, 3);
    OnnxModel model = graph.build("test", Map.of("key", "value"));
    assertEquals(model.size(), model.toByteArray().length);
  }

  @Test
  void softmaxQuotientAndMeanOverChannels() throws Exception {
    float[] logits = of(0, Math.log(3), Math.log(3), 0);
    assertArrayEquals(
        of(0.25, 0.75, 0.75, 0.25),
        image(2, 1, 2, logits, (l, x) -> l.softmax(x)).values(),
        TOLERANCE);
    assertArrayEquals(
        of(3, 5, 7, 9), image(2, 1, 2, count(4), (l, x) -> l.affine(x, 2, 1)).values(), TOLERANCE);
    assertArrayEquals(
        of(0.5, 2.0 / 3, 0.75, 0.8),
        image(2, 1, 2, count(4), (l, x) -> l.divide(x, l.affine(x, 1, 1))).values(),
        TOLERANCE);
    assertArrayEquals(
        of(2, 3), image(2, 1, 2, count(4), (l, x) -> l.channelMean(x)).values(), TOLERANCE);
  }
}
