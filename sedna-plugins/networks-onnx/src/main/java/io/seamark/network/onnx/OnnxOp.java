package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.tribuo.util.onnx.ONNXAttribute;
import org.tribuo.util.onnx.ONNXOperator;

/** The operators used here that Tribuo's own list lacks, or has in an older operator set. */
enum OnnxOp implements ONNXOperator {
  ADD("Add", 2),
  ARG_MAX("ArgMax", 1, i("axis"), i("keepdims")),
  BATCH_NORMALIZATION("BatchNormalization", 5, f("epsilon")),
  CAST("Cast", 1, i("to")),
  CONCAT("Concat", ONNXAttribute.VARIADIC_INPUT, i("axis")),
  CONV("Conv", 2, 1, 1, is("kernel_shape"), is("strides"), is("pads")),
  CONV_TRANSPOSE("ConvTranspose", 2, 1, 1, is("kernel_shape"), is("strides")),
  COS("Cos", 1),
  DIV("Div", 2),
  EQUAL("Equal", 2),
  ERF("Erf", 1),
  EXP("Exp", 1),
  FLOOR("Floor", 1),
  GLOBAL_AVERAGE_POOL("GlobalAveragePool", 1),
  LAYER_NORMALIZATION("LayerNormalization", 2, 1, 1, i("axis"), f("epsilon")),
  LOG_SOFTMAX("LogSoftmax", 1, i("axis")),
  MATMUL("MatMul", 2),
  MAX("Max", ONNXAttribute.VARIADIC_INPUT),
  MAX_POOL("MaxPool", 1, is("kernel_shape"), is("strides"), is("pads")),
  MUL("Mul", 2),
  REDUCE_MAX("ReduceMax", 1, is("axes"), i("keepdims")),
  REDUCE_MEAN("ReduceMean", 1, is("axes"), i("keepdims")),
  REDUCE_SUM("ReduceSum", 1, 1, 1, i("keepdims")),
  RELU("Relu", 1),
  RESHAPE("Reshape", 2),
  RESIZE("Resize", 1, 3, 1, s("coordinate_transformation_mode"), s("mode")),
  SIGMOID("Sigmoid", 1),
  SIN("Sin", 1),
  SLICE("Slice", 3, 2, 1),
  SOFTMAX("Softmax", 1, i("axis")),
  SUB("Sub", 2),
  TOP_K("TopK", 2, 0, 2, i("axis")),
  TRANSPOSE("Transpose", 1, is("perm"));

  /** Operator set that these follow. */
  static final int OPSET = 17;

  private final String name;
  private final int inputs;
  private final int optionalInputs;
  private final int outputs;

  @SuppressWarnings("ImmutableEnumChecker") // Filled by the constructor, read after it.
  private final Map<String, ONNXAttribute> attributes = new HashMap<>();

  OnnxOp(String name, int inputs, ONNXAttribute... attributes) {
    this(name, inputs, 0, 1, attributes);
  }

  OnnxOp(String name, int inputs, int optionalInputs, int outputs, ONNXAttribute... attributes) {
    this.name = name;
    this.inputs = inputs;
    this.optionalInputs = optionalInputs;
    this.outputs = outputs;
    for (ONNXAttribute attribute : attributes) {
      this.attributes.put(attribute.getName(), attribute);
    }
  }

  private static ONNXAttribute i(String name) {
    return new ONNXAttribute(name, AttributeType.INT, false);
  }

  private static ONNXAttribute is(String name) {
    return new ONNXAttribute(name, AttributeType.INTS, false);
  }

  private static ONNXAttribute f(String name) {
    return new ONNXAttribute(name, AttributeType.FLOAT, false);
  }

  private static ONNXAttribute s(String name) {
    return new ONNXAttribute(name, AttributeType.STRING, false);
  }

  @Override
  public String getOpName() {
    return name;
  }

  @Override
  public int getNumInputs() {
    return inputs;
  }

  @Override
  public int getNumOptionalInputs() {
    return optionalInputs;
  }

  @Override
  public int getNumOutputs() {
    return outputs;
  }

  @Override
  public Map<String, ONNXAttribute> getAttributes() {
    return attributes;
  }

  @Override
  public Set<String> getMandatoryAttributeNames() {
    return Set.of();
  }

  @Override
  public int getOpVersion() {
    return OPSET;
  }

  @Override
  public String getOpDomain() {
    return "";
  }
}
