package io.seamark.unknown.segment;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One segmenter's graphs with the inputs and outputs of other exporters. */
final class Variants {
  private Variants() {}

  static ValueInfoProto value(String name, DataType type, long... shape) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    var tensor = value.getTypeBuilder().getTensorTypeBuilder().setElemType(type.getNumber());
    tensor.getShapeBuilder();
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0) {
        tensor.getShapeBuilder().addDimBuilder().setDimParam(name + i);
      } else {
        tensor.getShapeBuilder().addDimBuilder().setDimValue(shape[i]);
      }
    }
    return value.build();
  }

  static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addOutput(output)
        .addAllInput(List.of(inputs))
        .build();
  }

  static NodeProto node(String operator, String key, long value, String output, String... inputs) {
    return node(operator, output, inputs).toBuilder()
        .addAttribute(
            AttributeProto.newBuilder()
                .setName(key)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value))
        .build();
  }

  static TensorProto longs(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(7).addDims(values.length);
    Arrays.stream(values).forEach(tensor::addInt64Data);
    return tensor.build();
  }

  static TensorProto floats(String name, float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1);
    Arrays.stream(shape).forEach(tensor::addDims);
    return tensor.setRawData(ByteString.copyFrom(bytes)).build();
  }

  /** The graph without these inputs and outputs, and without the nodes that only they need. */
  private static GraphProto.Builder without(ModelProto model, Set<String> ends) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    GraphProto whole = model.getGraph();
    graph.clearInput().clearOutput().clearNode();
    whole.getInputList().stream().filter(v -> !ends.contains(v.getName())).forEach(graph::addInput);
    whole.getOutputList().stream()
        .filter(v -> !ends.contains(v.getName()))
        .forEach(graph::addOutput);
    Set<String> needed = new HashSet<>();
    graph.getOutputList().forEach(output -> needed.add(output.getName()));
    for (int i = whole.getNodeCount() - 1; i >= 0; i--) {
      NodeProto node = whole.getNode(i);
      if (node.getOutputList().stream().anyMatch(needed::contains)) {
        needed.addAll(node.getInputList());
        graph.addNode(0, node);
      }
    }
    return graph;
  }

  private static ModelProto with(ModelProto model, GraphProto.Builder graph) {
    return model.toBuilder().setGraph(graph).build();
  }

  /** Neither enlarged masks nor the size that they would get. */
  static ModelProto fiveInputs(ModelProto decoder) {
    return with(decoder, without(decoder, Set.of("orig_im_size", "masks")));
  }

  /** All sizes of the embeddings left open, and of the mask prompt. */
  static ModelProto openEmbeddings(ModelProto model) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    Set<String> open = Set.of("image_embeddings", "mask_input");
    for (int i = 0; i < graph.getInputCount(); i++) {
      if (open.contains(graph.getInput(i).getName())) {
        graph.setInput(i, value(graph.getInput(i).getName(), DataType.FLOAT, -1, -1, -1, -1));
      }
    }
    for (int i = 0; i < graph.getOutputCount(); i++) {
      if (open.contains(graph.getOutput(i).getName())) {
        graph.setOutput(i, value(graph.getOutput(i).getName(), DataType.FLOAT, -1, -1, -1, -1));
      }
    }
    return with(model, graph);
  }

  /** EdgeSAM's three inputs and two outputs. */
  static ModelProto edgeSam(ModelProto decoder, int side) {
    GraphProto.Builder graph =
        without(decoder, Set.of("orig_im_size", "masks", "mask_input", "has_mask_input"));
    graph.addInitializer(floats("mask_input", new float[side * side], 1, 1, side, side));
    graph.addInitializer(floats("has_mask_input", new float[1], 1));
    rename(graph, Map.of("low_res_masks", "masks", "iou_predictions", "scores"));
    return with(decoder, graph);
  }

  /** A fixed number of points, as an export without dynamic axes has. */
  static ModelProto fixedPoints(ModelProto decoder, int points) {
    GraphProto.Builder graph = decoder.getGraph().toBuilder();
    for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
      if (input.getName().startsWith("point_")) {
        input
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder()
            .getDimBuilder(1)
            .setDimValue(points);
      }
    }
    return with(decoder, graph);
  }

  /** {@code --return-single-mask}: of the last three masks the one rated best. */
  static ModelProto singleMask(ModelProto decoder) {
    GraphProto.Builder graph = without(decoder, Set.of("orig_im_size", "masks"));
    rename(graph, Map.of("low_res_masks", "all_masks", "iou_predictions", "all_ious"));
    graph.addInitializer(longs("one", 1)).addInitializer(longs("four", 4));
    graph
        .addNode(node("Slice", "three_ious", "all_ious", "one", "four", "one"))
        .addNode(node("Slice", "three_masks", "all_masks", "one", "four", "one"))
        .addNode(
            node("ArgMax", "axis", 1, "best", "three_ious").toBuilder()
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("keepdims")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(0))
                .build())
        .addNode(node("Gather", "axis", 1, "iou_predictions", "three_ious", "best"))
        .addNode(node("Gather", "axis", 1, "low_res_masks", "three_masks", "best"));
    graph
        .clearOutput()
        .addOutput(value("iou_predictions", DataType.FLOAT, 1, 1))
        .addOutput(value("low_res_masks", DataType.FLOAT, 1, 1, -1, -1));
    return with(decoder, graph);
  }

  private static final int POSITION_SEED = 3;

  private static TensorProto positions(int channels, int cells) {
    float[] values = new float[channels * cells * cells];
    java.util.Random random = new java.util.Random(POSITION_SEED);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return floats("positions", values, 1, channels, cells, cells);
  }

  /** Hugging Face's encoder: what it adds to one output it takes from the other. */
  static ModelProto visionEncoder(ModelProto encoder, int size, int channels) {
    GraphProto.Builder graph = encoder.getGraph().toBuilder();
    rename(graph, Map.of("images", "pixel_values", "image_embeddings", "embedded"));
    graph
        .clearInput()
        .addInput(value("pixel_values", DataType.FLOAT, -1, 3, size, size))
        .addInitializer(positions(channels, size / 16))
        .addNode(node("Sub", "image_embeddings", "embedded", "positions"))
        .addNode(node("Identity", "image_positional_embeddings", "positions"))
        .clearOutput()
        .addOutput(value("image_embeddings", DataType.FLOAT, -1, channels, -1, -1))
        .addOutput(value("image_positional_embeddings", DataType.FLOAT, -1, -1, -1, -1));
    return with(encoder, graph);
  }

  /** Hugging Face's decoder: pads by itself, and gives three masks with a prompt axis. */
  static ModelProto promptEncoderMaskDecoder(
      ModelProto decoder, int side, int channels, boolean labels) {
    GraphProto.Builder graph =
        without(decoder, Set.of("orig_im_size", "masks", "mask_input", "has_mask_input"));
    rename(
        graph,
        Map.of(
            "image_embeddings",
            "summed",
            "low_res_masks",
            "all_masks",
            "iou_predictions",
            "all_ious"));
    graph
        .addInitializer(floats("mask_input", new float[side * side], 1, 1, side, side))
        .addInitializer(floats("has_mask_input", new float[1], 1))
        .addInitializer(longs("one", 1))
        .addInitializer(longs("four", 4))
        .addInitializer(longs("points_shape", 1, -1, 2))
        .addInitializer(longs("labels_shape", 1, -1))
        .addInitializer(floats("no_point", new float[2], 1, 1, 2))
        .addInitializer(floats("no_label", new float[] {-1}, 1, 1));
    graph.clearInput();
    long cells = side / 4;
    graph
        .addInput(value("image_embeddings", DataType.FLOAT, -1, channels, cells, cells))
        .addInput(value("image_positional_embeddings", DataType.FLOAT, -1, channels, cells, cells))
        .addInput(value("input_points", DataType.FLOAT, -1, -1, -1, 2));
    if (labels) {
      graph.addInput(value("input_labels", DataType.INT64, -1, -1, -1));
      graph.addNode(0, node("Cast", "to", 1, "float_labels", "input_labels"));
    } else {
      graph.addInitializer(floats("float_labels", new float[] {1}, 1));
    }
    List<NodeProto> before =
        List.of(
            node("Add", "summed", "image_embeddings", "image_positional_embeddings"),
            node("Reshape", "flat_points", "input_points", "points_shape"),
            node("Reshape", "flat_labels", "float_labels", "labels_shape"),
            node("Concat", "axis", 1, "point_coords", "flat_points", "no_point"),
            node("Concat", "axis", 1, "point_labels", "flat_labels", "no_label"));
    int at = labels ? 1 : 0;
    for (NodeProto node : before) {
      graph.addNode(at++, node);
    }
    graph
        .addInitializer(longs("iou_shape", 1, 1, 3))
        .addInitializer(longs("mask_shape", 1, 1, 3, side, side))
        .addNode(node("Slice", "three_ious", "all_ious", "one", "four", "one"))
        .addNode(node("Slice", "three_masks", "all_masks", "one", "four", "one"))
        .addNode(node("Reshape", "iou_scores", "three_ious", "iou_shape"))
        .addNode(node("Reshape", "pred_masks", "three_masks", "mask_shape"))
        .clearOutput()
        .addOutput(value("iou_scores", DataType.FLOAT, -1, -1, -1))
        .addOutput(value("pred_masks", DataType.FLOAT, -1, -1, -1, -1, -1));
    return with(decoder, graph);
  }

  /** samexporter's {@code --use-preprocess}: an image of any size, as it is. */
  static ModelProto preprocessing(ModelProto encoder, int size) {
    GraphProto.Builder graph = encoder.getGraph().toBuilder();
    NodeProto.Builder transpose = node("Transpose", "planes", "input_image").toBuilder();
    transpose.addAttribute(
        AttributeProto.newBuilder()
            .setName("perm")
            .setType(AttributeProto.AttributeType.INTS)
            .addAllInts(List.of(2L, 0L, 1L)));
    graph
        .addInitializer(floats("mean", new float[] {123.675f, 116.28f, 103.53f}, 3))
        .addInitializer(floats("deviation", new float[] {58.395f, 57.12f, 57.375f}, 3))
        .addInitializer(longs("batch_shape", 1, 3, size, size))
        .addNode(0, node("Sub", "centred", "input_image", "mean"))
        .addNode(1, node("Div", "normal", "centred", "deviation"))
        .addNode(2, transpose.setInput(0, "normal").build())
        .addNode(3, node("Reshape", "images", "planes", "batch_shape"))
        .clearInput()
        .addInput(value("input_image", DataType.FLOAT, -1, -1, 3));
    return with(encoder, graph);
  }

  private static void rename(GraphProto.Builder graph, Map<String, String> names) {
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto.Builder node = graph.getNodeBuilder(i);
      for (int k = 0; k < node.getInputCount(); k++) {
        node.setInput(k, names.getOrDefault(node.getInput(k), node.getInput(k)));
      }
      for (int k = 0; k < node.getOutputCount(); k++) {
        node.setOutput(k, names.getOrDefault(node.getOutput(k), node.getOutput(k)));
      }
    }
    for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
      output.setName(names.getOrDefault(output.getName(), output.getName()));
    }
  }

  /** Weights, inputs and outputs in float16. */
  static ModelProto half(ModelProto model) {
    GraphProto.Builder graph = without(model, Set.of("orig_im_size", "masks"));
    Set<String> scales = new HashSet<>();
    Map<String, TensorProto> converted = new HashMap<>();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      if (node.getOpType().equals("Resize")) {
        node.getInputList().stream().skip(1).forEach(scales::add);
      }
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (node.getOpType().equals("Cast") && attribute.getI() == DataType.FLOAT.getNumber()) {
          attribute.setI(DataType.FLOAT16.getNumber());
        }
      }
    }
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      if (tensor.getDataType() == DataType.FLOAT.getNumber()
          && !scales.contains(tensor.getName())) {
        graph.setInitializer(i, converted.computeIfAbsent(tensor.getName(), n -> half(tensor)));
      }
    }
    graph.getInputBuilderList().forEach(Variants::half);
    graph.getOutputBuilderList().forEach(Variants::half);
    graph.clearValueInfo();
    return with(model, graph);
  }

  private static void half(ValueInfoProto.Builder value) {
    value.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT16.getNumber());
  }

  private static TensorProto half(TensorProto tensor) {
    int count = tensor.getFloatDataCount();
    float[] values;
    if (count > 0) {
      values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = tensor.getFloatData(i);
      }
    } else {
      var floats =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      values = new float[floats.remaining()];
      floats.get(values);
    }
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort(Fp16Conversions.floatToFp16(value));
    }
    return tensor.toBuilder()
        .clearFloatData()
        .setDataType(DataType.FLOAT16.getNumber())
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }
}
