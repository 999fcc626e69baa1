package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.tribuo.util.onnx.ONNXContext;
import org.tribuo.util.onnx.ONNXNode;
import org.tribuo.util.onnx.ONNXRef;

/**
 * A graph that grows: Tribuo's context, and beside it what the context has no words for, typed
 * inputs and outputs and weights whose values are only asked for when the file is written.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;

  private final ONNXContext context = new ONNXContext();
  private final Map<String, ONNXRef<?>> weightRefs = new HashMap<>();
  private final List<OnnxModel.Weight> weights = new ArrayList<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();
  private final Map<String, String> outputNames = new LinkedHashMap<>();

  /** ONNX's notation for an optional input that is left out: the empty name. */
  private final ONNXRef<?> absent = context.floatInput("", 1);

  ONNXRef<?> absent() {
    return absent;
  }

  /** A graph input; a dimension of 0 is dynamic. */
  ONNXRef<?> input(String name, DataType type, int... shape) {
    inputs.add(info(name, type, shape));
    return context.floatInput(name, 1);
  }

  /** Makes a value a graph output of this name; a dimension of 0 is dynamic. */
  void output(String name, ONNXRef<?> value, DataType type, int... shape) {
    outputs.add(info(name, type, shape));
    if (outputNames.put(value.getReference(), name) != null) {
      throw new IllegalArgumentException("'" + name + "' is an output under another name already");
    }
  }

  private static ValueInfoProto info(String name, DataType type, int... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == 0) {
        dimensions.addDimBuilder().setDimParam(name + "_" + i);
      } else {
        dimensions.addDimBuilder().setDimValue(shape[i]);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }

  /** A float32 weight; the first of a name counts. */
  ONNXRef<?> weight(String name, List<Integer> shape, Supplier<float[]> values) {
    return weightRefs.computeIfAbsent(
        name,
        n -> {
          weights.add(new OnnxModel.Weight(n, shape, values));
          // A placeholder that is no input in the end: the initializer of this name is streamed.
          return context.floatInput(n, 1);
        });
  }

  /** A small vector of whole numbers, such as a shape. */
  ONNXRef<?> longs(String name, long... values) {
    return context.array(name, values);
  }

  /** A small vector of numbers. */
  ONNXRef<?> floats(String name, float... values) {
    return context.array(name, values);
  }

  /** A scalar. */
  ONNXRef<?> scalar(String name, double value) {
    return context.constant(name, (float) value);
  }

  ONNXNode node(OnnxOp op, ONNXRef<?>... inputs) {
    return node(op, Map.of(), inputs);
  }

  ONNXNode node(OnnxOp op, Map<String, Object> attributes, ONNXRef<?>... inputs) {
    return context.operation(op, List.of(inputs), op.getOpName(), attributes);
  }

  List<ONNXNode> nodes(OnnxOp op, Map<String, Object> attributes, ONNXRef<?>... inputs) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < op.getNumOutputs(); i++) {
      names.add(op.getOpName() + "_" + i);
    }
    return context.operation(op, List.of(inputs), names, attributes);
  }

  OnnxModel build(String name, Map<String, String> metadata) {
    GraphProto.Builder graph =
        context.buildGraph().toBuilder()
            .setName(name)
            .clearInput()
            .addAllInput(inputs)
            .clearOutput()
            .addAllOutput(outputs);
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, outputNames.getOrDefault(node.getInput(i), node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, outputNames.getOrDefault(node.getOutput(i), node.getOutput(i)));
      }
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("seamark")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OnnxOp.OPSET));
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return new OnnxModel(model.build(), graph.build(), weights);
  }
}
