package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Element types of a graph's tensors, as far as operators and stated types tell: what is not known
 * is {@link DataType#UNDEFINED}.
 */
public final class ElementTypes {
  private final Map<String, DataType> types = new HashMap<>();

  /**
   * Reads a graph.
   *
   * @param graph with its nodes in the order in which they run
   */
  public ElementTypes(GraphProto graph) {
    for (TensorProto tensor : graph.getInitializerList()) {
      put(tensor.getName(), tensor.getDataType());
    }
    List.of(graph.getInputList(), graph.getOutputList(), graph.getValueInfoList())
        .forEach(values -> values.forEach(this::put));
    for (NodeProto node : graph.getNodeList()) {
      for (int i = 0; i < node.getOutputCount(); i++) {
        types.putIfAbsent(node.getOutput(i), made(node, i));
      }
    }
  }

  private void put(ValueInfoProto value) {
    put(value.getName(), value.getType().getTensorType().getElemType());
  }

  private void put(String name, int number) {
    if (known(number) != DataType.UNDEFINED) {
      types.put(name, known(number));
    }
  }

  /**
   * The type of a tensor.
   *
   * @param tensor by name
   * @return {@link DataType#UNDEFINED} if it is not known
   */
  public DataType of(String tensor) {
    return types.getOrDefault(tensor, DataType.UNDEFINED);
  }

  /**
   * Whether it is passed on as float32 without loss.
   *
   * @param tensor by name
   */
  public boolean isFloat(String tensor) {
    return of(tensor) == DataType.FLOAT || of(tensor) == DataType.FLOAT16;
  }

  private DataType made(NodeProto node, int output) {
    return switch (node.getOpType()) {
      case "Shape", "Size", "ArgMax", "ArgMin", "NonZero", "NonMaxSuppression" -> DataType.INT64;
      case "TopK", "Unique" -> output == 0 ? input(node, 0) : DataType.INT64;
      case "Equal",
          "Greater",
          "GreaterOrEqual",
          "Less",
          "LessOrEqual",
          "Not",
          "And",
          "Or",
          "Xor",
          "IsNaN",
          "IsInf" ->
          DataType.BOOL;
      case "MatMulInteger", "ConvInteger" -> DataType.INT32;
      case "DynamicQuantizeLinear" -> output == 1 ? DataType.FLOAT : DataType.UINT8;
      case "QuantizeLinear" -> node.getInputCount() > 2 ? input(node, 2) : DataType.UINT8;
      case "DequantizeLinear", "Where" -> input(node, 1);
      case "OneHot" -> input(node, 2);
      case "Cast" -> known((int) attribute(node, "to").getI());
      case "Constant", "ConstantOfShape" -> constant(node);
      // Control flow and operators that are not ONNX's own may make anything.
      case "If", "Loop", "Scan", "EyeLike", "RandomNormal", "RandomUniform" -> DataType.UNDEFINED;
      default -> node.getDomain().isEmpty() ? input(node, 0) : DataType.UNDEFINED;
    };
  }

  private static DataType known(int number) {
    DataType type = DataType.forNumber(number);
    return type == null ? DataType.UNDEFINED : type;
  }

  private DataType input(NodeProto node, int index) {
    return index < node.getInputCount() ? of(node.getInput(index)) : DataType.UNDEFINED;
  }

  private static DataType constant(NodeProto node) {
    AttributeProto value = attribute(node, "value");
    if (value.hasT()) {
      return known(value.getT().getDataType());
    }
    boolean whole =
        attribute(node, "value_int").hasName() || attribute(node, "value_ints").hasName();
    return whole ? DataType.INT64 : DataType.FLOAT;
  }

  private static AttributeProto attribute(NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return AttributeProto.getDefaultInstance();
  }
}
