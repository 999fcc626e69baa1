package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.seamark.network.EdgeModel;
import io.seamark.network.Normalisation;
import io.seamark.network.RfNet;
import io.seamark.network.WeightSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tribuo.util.onnx.ONNXRef;

/**
 * RFNet as an ONNX graph that takes a camera's bytes and gives what the edge needs, so that nothing
 * is left to be computed pixel by pixel in Java.
 *
 * <p>Inputs: {@code rgb} uint8 [1, H, W, 3] and, with depth, {@code depth} uint8 [1, H, W].
 * Outputs: {@code class_map} uint8 [H, W]; {@code scores} float32 [K, h, w], the logits at a
 * quarter of the size, rounded up; {@code confidence} float32 [3, h, w]: highest and second highest
 * softmax probability, and the softmax's entropy divided by ln K (0 for one class). With
 * AppealNet's predictor head also {@code appealnet} float32 [1]: q(z=1|x).
 */
public final class RfNetOnnx {
  /** Name of the output of AppealNet's predictor head. */
  public static final String APPEALNET = "appealnet";

  private static final int MAX_PIXELS = 40_000_000;

  private RfNetOnnx() {}

  /**
   * The graph of a model that is in memory, as bytes.
   *
   * @param model the weights and their facts
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels
   * @param withDepth with the input {@code depth}
   * @return an ONNX file
   */
  public static byte[] export(EdgeModel model, int width, int height, boolean withDepth) {
    return model(model.weights(), model.description(), width, height, withDepth).toByteArray();
  }

  /**
   * The graph of a model whose weights may still lie in an open file.
   *
   * @param weights of the model
   * @param description its facts
   * @param width of the frames, in pixels
   * @param height of the frames, in pixels; at most 40 megapixels in all
   * @param withDepth with the input {@code depth}
   * @return a model to be written
   * @throws IllegalArgumentException if the size is out of range, or the model has no depth branch
   */
  public static OnnxModel model(
      WeightSource weights,
      EdgeModel.Description description,
      int width,
      int height,
      boolean withDepth) {
    if (width < 1 || height < 1 || (long) width * height > MAX_PIXELS) {
      throw new IllegalArgumentException(
          String.format(
              "frames are %dx%d, but must have 1 to %d pixels", width, height, MAX_PIXELS));
    }
    if (withDepth && !description.depth()) {
      throw new IllegalArgumentException("the model has no depth branch");
    }
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, weights);
    OnnxLayers.Value rgb = colour(graph, layers, description.normalisation(), width, height);
    OnnxLayers.Value depth = withDepth ? depth(graph, layers, width, height) : null;
    outputs(graph, layers, rgb, depth, description.classes().size());
    return graph.build(EdgeModel.RFNET, Map.of(EdgeModel.ARCHITECTURE, EdgeModel.RFNET));
  }

  private static OnnxLayers.Value colour(
      OnnxGraph graph, OnnxLayers layers, Normalisation normalisation, int width, int height) {
    ONNXRef<?> bytes = graph.input("rgb", DataType.UINT8, 1, height, width, 3);
    ONNXRef<?> planes = graph.node(OnnxOp.TRANSPOSE, Map.of("perm", new int[] {0, 3, 1, 2}), bytes);
    float[] mean = new float[3];
    float[] scale = new float[3];
    for (int c = 0; c < 3; c++) {
      mean[c] = (float) (255 * normalisation.mean().get(c));
      scale[c] = (float) (1 / (255 * normalisation.deviation().get(c)));
    }
    return layers.image(normalise(graph, planes, "rgb", mean, scale), 3, height, width);
  }

  private static OnnxLayers.Value depth(OnnxGraph graph, OnnxLayers layers, int width, int height) {
    ONNXRef<?> bytes = graph.input("depth", DataType.UINT8, 1, height, width);
    ONNXRef<?> plane = graph.node(OnnxOp.RESHAPE, bytes, graph.longs("shape", 1, 1, height, width));
    float[] mean = {(float) (255 * Normalisation.DEPTH_MEAN)};
    float[] scale = {(float) (1 / (255 * Normalisation.DEPTH_DEVIATION))};
    return layers.image(normalise(graph, plane, "depth", mean, scale), 1, height, width);
  }

  private static ONNXRef<?> normalise(
      OnnxGraph graph, ONNXRef<?> bytes, String name, float[] mean, float[] scale) {
    java.util.List<Integer> shape = java.util.List.of(1, mean.length, 1, 1);
    ONNXRef<?> floats = graph.node(OnnxOp.CAST, Map.of("to", DataType.FLOAT.getNumber()), bytes);
    ONNXRef<?> centred =
        graph.node(OnnxOp.SUB, floats, graph.weight(name + "_mean", shape, () -> mean));
    return graph.node(OnnxOp.MUL, centred, graph.weight(name + "_scale", shape, () -> scale));
  }

  private static void outputs(
      OnnxGraph graph,
      OnnxLayers layers,
      OnnxLayers.Value rgb,
      OnnxLayers.@Nullable Value depth,
      int classes) {
    RfNet.Output<OnnxLayers.Value> output = RfNet.build(layers, rgb, depth);
    OnnxLayers.Value logits = output.logits();
    int h = layers.height(logits);
    int w = layers.width(logits);
    int height = layers.height(rgb);
    int width = layers.width(rgb);

    OnnxLayers.Value full = layers.resize(logits, height, width);
    ONNXRef<?> best =
        graph.node(OnnxOp.ARG_MAX, Map.of("axis", 1, "keepdims", 0), layers.ref(full));
    ONNXRef<?> map = graph.node(OnnxOp.CAST, Map.of("to", DataType.UINT8.getNumber()), best);
    graph.output(
        "class_map",
        graph.node(OnnxOp.RESHAPE, map, graph.longs("shape", height, width)),
        DataType.UINT8,
        height,
        width);

    ONNXRef<?> scores =
        graph.node(OnnxOp.RESHAPE, layers.ref(logits), graph.longs("shape", classes, h, w));
    graph.output("scores", scores, DataType.FLOAT, classes, h, w);
    graph.output("confidence", confidence(graph, scores, classes), DataType.FLOAT, 3, h, w);
    OnnxLayers.Value appeal = output.appeal();
    if (appeal != null) {
      OnnxLayers.Value q = layers.sigmoid(appeal);
      graph.output(
          APPEALNET,
          graph.node(OnnxOp.RESHAPE, layers.ref(q), graph.longs("shape", 1)),
          DataType.FLOAT,
          1);
    }
  }

  /** [classes, h, w] to [3, h, w]. */
  private static ONNXRef<?> confidence(OnnxGraph graph, ONNXRef<?> scores, int classes) {
    ONNXRef<?> logarithms = graph.node(OnnxOp.LOG_SOFTMAX, Map.of("axis", 0), scores);
    ONNXRef<?> probabilities = graph.node(OnnxOp.EXP, logarithms);
    ONNXRef<?> axis = graph.longs("axis", 0);
    ONNXRef<?> sum =
        graph.node(
            OnnxOp.REDUCE_SUM,
            Map.of("keepdims", 1),
            graph.node(OnnxOp.MUL, probabilities, logarithms),
            axis);
    double factor = classes > 1 ? -1 / Math.log(classes) : 0;
    ONNXRef<?> entropy = graph.node(OnnxOp.MUL, sum, graph.scalar("entropy_scale", factor));
    ONNXRef<?> top =
        classes == 1
            ? graph.node(
                OnnxOp.CONCAT,
                Map.of("axis", 0),
                probabilities,
                graph.node(OnnxOp.SUB, probabilities, probabilities))
            : graph
                .nodes(OnnxOp.TOP_K, Map.of("axis", 0), probabilities, graph.longs("two", 2))
                .get(0);
    return graph.node(OnnxOp.CONCAT, Map.of("axis", 0), top, entropy);
  }
}
