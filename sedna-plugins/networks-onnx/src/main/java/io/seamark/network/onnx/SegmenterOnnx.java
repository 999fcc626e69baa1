package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.seamark.network.EdgeModel;
import io.seamark.network.PromptableSegmenter;
import io.seamark.network.WeightSource;
import java.util.Map;
import org.tribuo.util.onnx.ONNXRef;

/**
 * The small promptable segmenter as two ONNX graphs with the signature of SAM's official export, so
 * that it stands wherever a SAM does.
 */
public final class SegmenterOnnx {
  private SegmenterOnnx() {}

  /**
   * The image encoder. Input {@code images} float32 [1, 3, S, S], RGB normalised with SAM's mean
   * and deviation and padded with zeros; output {@code image_embeddings} float32 [1, C, S / 16, S /
   * 16].
   *
   * @param weights a segmenter's
   * @return a model to be written
   * @throws IllegalArgumentException if the weights are no segmenter's
   */
  public static OnnxModel exportEncoder(WeightSource weights) {
    PromptableSegmenter.check(weights);
    int size = PromptableSegmenter.imageSize(weights);
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, weights);
    OnnxLayers.Value image =
        layers.image(graph.input("images", DataType.FLOAT, 1, 3, size, size), 3, size, size);
    OnnxLayers.Value embedding = PromptableSegmenter.encode(layers, image);
    graph.output(
        "image_embeddings",
        layers.ref(embedding),
        DataType.FLOAT,
        1,
        layers.channels(embedding),
        layers.height(embedding),
        layers.width(embedding));
    return graph.build("encoder", metadata());
  }

  /**
   * Prompt encoder and mask decoder. Inputs, all float32: {@code image_embeddings}; {@code
   * point_coords} [1, N, 2] in the S frame; {@code point_labels} [1, N], -1 to 3; {@code
   * mask_input} [1, 1, S / 4, S / 4]; {@code has_mask_input} [1]; {@code orig_im_size} [2], height
   * and width. Outputs: {@code masks} [1, 4, height, width], logits at the image's size; {@code
   * iou_predictions} [1, 4]; {@code low_res_masks} [1, 4, S / 4, S / 4].
   *
   * @param weights a segmenter's
   * @return a model to be written
   * @throws IllegalArgumentException if the weights are no segmenter's
   */
  public static OnnxModel exportDecoder(WeightSource weights) {
    PromptableSegmenter.check(weights);
    int size = PromptableSegmenter.imageSize(weights);
    int channels = PromptableSegmenter.channels(weights);
    int cells = size / 16;
    int side = size / 4;
    OnnxGraph graph = new OnnxGraph();
    OnnxLayers layers = new OnnxLayers(graph, weights);
    OnnxLayers.Value embedding =
        layers.image(
            graph.input("image_embeddings", DataType.FLOAT, 1, channels, cells, cells),
            channels,
            cells,
            cells);
    OnnxLayers.Value points = points(graph, layers, size);
    OnnxLayers.Value dense = dense(graph, layers, side);
    ONNXRef<?> original = graph.input("orig_im_size", DataType.FLOAT, 2);

    PromptableSegmenter.Output<OnnxLayers.Value> decoded =
        PromptableSegmenter.decode(
            layers, PromptableSegmenter.features(layers, embedding), points, dense);
    int masks = PromptableSegmenter.MASKS;
    ONNXRef<?> low = layers.ref(decoded.masks());
    graph.output("masks", enlarged(graph, low, original, size), DataType.FLOAT, 1, masks, 0, 0);
    graph.output(
        "iou_predictions",
        graph.node(OnnxOp.RESHAPE, layers.ref(decoded.iou()), graph.longs("shape", 1, masks)),
        DataType.FLOAT,
        1,
        masks);
    graph.output("low_res_masks", low, DataType.FLOAT, 1, masks, side, side);
    return graph.build("decoder", metadata());
  }

  private static Map<String, String> metadata() {
    return Map.of(EdgeModel.ARCHITECTURE, PromptableSegmenter.ARCHITECTURE);
  }

  private static OnnxLayers.Value points(OnnxGraph graph, OnnxLayers layers, int size) {
    ONNXRef<?> pixels = graph.input("point_coords", DataType.FLOAT, 1, 0, 2);
    ONNXRef<?> coordinates =
        graph.node(
            OnnxOp.SUB,
            graph.node(
                OnnxOp.MUL,
                graph.node(OnnxOp.ADD, pixels, graph.scalar("half", 0.5)),
                graph.scalar("scale", 2.0 / size)),
            graph.scalar("one", 1));
    ONNXRef<?> labels = graph.input("point_labels", DataType.FLOAT, 1, 0);
    float[] known = new float[PromptableSegmenter.LABELS.size()];
    for (int i = 0; i < known.length; i++) {
      known[i] = PromptableSegmenter.LABELS.get(i);
    }
    ONNXRef<?> oneHot =
        graph.node(
            OnnxOp.CAST,
            Map.of("to", DataType.FLOAT.getNumber()),
            graph.node(
                OnnxOp.EQUAL,
                graph.node(OnnxOp.RESHAPE, labels, graph.longs("shape", 1, -1, 1)),
                graph.floats("labels", known)));
    return PromptableSegmenter.points(
        layers, layers.tokens(coordinates, 2), layers.tokens(oneHot, known.length));
  }

  private static OnnxLayers.Value dense(OnnxGraph graph, OnnxLayers layers, int side) {
    ONNXRef<?> mask = graph.input("mask_input", DataType.FLOAT, 1, 1, side, side);
    ONNXRef<?> has =
        graph.node(
            OnnxOp.RESHAPE,
            graph.input("has_mask_input", DataType.FLOAT, 1),
            graph.longs("shape", 1, 1, 1, 1));
    ONNXRef<?> hasNot = graph.node(OnnxOp.SUB, graph.scalar("one", 1), has);
    OnnxLayers.Value given = PromptableSegmenter.mask(layers, layers.image(mask, 1, side, side));
    return layers.add(
        layers.multiply(given, layers.image(has, 1, 1, 1)),
        layers.multiply(PromptableSegmenter.noMask(layers), layers.image(hasNot, 1, 1, 1)));
  }

  /** To S x S, without the padding, to the image's size. */
  private static ONNXRef<?> enlarged(
      OnnxGraph graph, ONNXRef<?> low, ONNXRef<?> original, int size) {
    Map<String, Object> linear =
        Map.of("coordinate_transformation_mode", "half_pixel", "mode", "linear");
    Map<String, Object> whole = Map.of("to", DataType.INT64.getNumber());
    ONNXRef<?> full =
        graph.node(OnnxOp.RESIZE, linear, low, graph.absent(), graph.floats("scales", 1, 1, 4, 4));
    ONNXRef<?> longest =
        graph.node(OnnxOp.REDUCE_MAX, Map.of("axes", new int[] {0}, "keepdims", 1), original);
    ONNXRef<?> scaled =
        graph.node(
            OnnxOp.MUL, original, graph.node(OnnxOp.DIV, graph.scalar("size", size), longest));
    ONNXRef<?> unpadded =
        graph.node(
            OnnxOp.CAST,
            whole,
            graph.node(OnnxOp.FLOOR, graph.node(OnnxOp.ADD, scaled, graph.scalar("half", 0.5))));
    ONNXRef<?> cropped =
        graph.node(
            OnnxOp.SLICE, full, graph.longs("from", 0, 0), unpadded, graph.longs("axes", 2, 3));
    ONNXRef<?> target =
        graph.node(
            OnnxOp.CONCAT,
            Map.of("axis", 0),
            graph.longs("masks", 1, PromptableSegmenter.MASKS),
            graph.node(OnnxOp.CAST, whole, original));
    return graph.node(OnnxOp.RESIZE, linear, cropped, graph.absent(), graph.absent(), target);
  }
}
