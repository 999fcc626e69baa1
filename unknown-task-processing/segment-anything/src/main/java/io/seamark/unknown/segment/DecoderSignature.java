package io.seamark.unknown.segment;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.seamark.network.onnx.ElementTypes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every decoder that people have the inputs and outputs of SAM's official export, by nodes
 * put before and after its own, so that only one signature must be known further on.
 *
 * <ul>
 *   <li>The official export, with or without {@code mask_input}, {@code has_mask_input} and {@code
 *       orig_im_size}; any number of masks; a fixed number of points is filled up with padding.
 *   <li>Hugging Face's {@code prompt_encoder_mask_decoder}, with or without {@code input_labels}.
 *       It pads by itself, so the padding that the official signature demands is taken off.
 *   <li>Either in float16.
 * </ul>
 */
final class DecoderSignature {
  static final String EMBEDDINGS = "image_embeddings";
  static final String POSITIONS = "image_positional_embeddings";
  static final String POINTS = "point_coords";
  static final String LABELS = "point_labels";
  static final String MASK_INPUT = "mask_input";
  static final String HAS_MASK = "has_mask_input";
  static final String IOU = "iou_predictions";
  static final String LOW_RES = "low_res_masks";

  private static final String SIZE = "orig_im_size";
  static final String HF_POINTS = "input_points";
  private static final String HF_LABELS = "input_labels";
  private static final String HF_IOU = "iou_scores";
  private static final String HF_MASKS = "pred_masks";

  /** Slice with its bounds as inputs, which is used here. */
  private static final long MIN_OPSET = 10;

  private static final long MAX_POINTS = 1024;

  private final String name;
  private final ModelProto model;
  private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
  private final Map<String, ValueInfoProto> outputs = new LinkedHashMap<>();
  private final List<NodeProto> before = new ArrayList<>();
  private final List<NodeProto> after = new ArrayList<>();
  private final List<TensorProto> constants = new ArrayList<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();

  private DecoderSignature(String name, ModelProto model) {
    this.name = name;
    this.model = model;
    GraphProto graph = model.getGraph();
    graph.getInputList().forEach(input -> inputs.put(input.getName(), input));
    // Old exporters list weights among the inputs.
    graph.getInitializerList().forEach(tensor -> inputs.remove(tensor.getName()));
    graph.getOutputList().forEach(output -> outputs.put(output.getName(), output));
  }

  /**
   * A decoder with the official inputs, all float32: {@code image_embeddings}, {@code point_coords}
   * [1, n, 2], {@code point_labels} [1, n] and, where the graph has them, {@code mask_input},
   * {@code has_mask_input} and {@code image_positional_embeddings}; and the official outputs {@code
   * iou_predictions} [1, m] and {@code low_res_masks} [1, m, side, side].
   *
   * @param name of the file, for messages
   * @param model a decoder of any of these signatures
   * @throws IOException saying what the graph has and what is accepted
   */
  static ModelProto official(String name, ModelProto model) throws IOException {
    DecoderSignature signature = new DecoderSignature(name, model);
    long opset = 0;
    for (OperatorSetIdProto set : model.getOpsetImportList()) {
      if (set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx")) {
        opset = set.getVersion();
      }
    }
    if (opset < MIN_OPSET) {
      throw new IOException(
          String.format(
              "%s uses operator set %d, but must use %d or later", name, opset, MIN_OPSET));
    }
    boolean huggingFace = signature.inputs.containsKey(HF_POINTS);
    if (huggingFace) {
      signature.readHuggingFace();
    } else {
      signature.readOfficial();
    }
    return signature.build();
  }

  /**
   * How many points a prompt may have, the two corners of a box among them.
   *
   * @param model a decoder of any of these signatures
   * @return what its graph fixes; {@link Integer#MAX_VALUE} where it takes any number
   */
  static int mostPoints(ModelProto model) {
    for (ValueInfoProto input : model.getGraph().getInputList()) {
      boolean huggingFace = input.getName().equals(HF_POINTS);
      if (huggingFace || input.getName().equals(POINTS)) {
        int axis = huggingFace ? 2 : 1;
        List<Dimension> sizes = input.getType().getTensorType().getShape().getDimList();
        long fixed = axis < sizes.size() ? sizes.get(axis).getDimValue() : 0;
        return fixed < 1 ? Integer.MAX_VALUE : (int) Math.min(fixed, MAX_POINTS);
      }
    }
    return Integer.MAX_VALUE;
  }

  private IOException unknown() {
    return new IOException(
        String.format(
            "%s is no decoder of SAM that is known here: it has inputs %s and outputs %s, but must"
                + " have SAM's official inputs [%s, %s, %s] and optionally [%s, %s, %s] with outputs"
                + " [%s, %s], or Hugging Face's inputs [%s, %s, %s] and optionally [%s] with outputs"
                + " [%s, %s]",
            name,
            inputs.keySet(),
            outputs.keySet(),
            EMBEDDINGS,
            POINTS,
            LABELS,
            MASK_INPUT,
            HAS_MASK,
            SIZE,
            IOU,
            LOW_RES,
            EMBEDDINGS,
            POSITIONS,
            HF_POINTS,
            HF_LABELS,
            HF_IOU,
            HF_MASKS));
  }

  private void require(Set<String> needed, Set<String> optional) throws IOException {
    Set<String> known = new LinkedHashSet<>(needed);
    known.addAll(optional);
    if (!inputs.keySet().containsAll(needed) || !known.containsAll(inputs.keySet())) {
      throw unknown();
    }
  }

  private void readOfficial() throws IOException {
    require(Set.of(EMBEDDINGS, POINTS, LABELS), Set.of(MASK_INPUT, HAS_MASK, SIZE));
    long points = fixed(POINTS, 3, 1);
    check(POINTS, 2, 2);
    if (fixed(POINTS, 3, 0) > 1 || fixed(EMBEDDINGS, 4, 0) > 1) {
      throw new IOException(
          name + " decodes several images or prompts at once, but must take one or any number");
    }
    for (String input : List.copyOf(inputs.keySet())) {
      String from = input;
      if (input.equals(POINTS) || input.equals(LABELS)) {
        from = points < 0 ? input : filled(input, input, points);
      }
      from = cast(from, DataType.FLOAT, type(input), input + "/cast");
      if (!from.equals(input)) {
        renamed.put(input, from);
      }
    }
    // EdgeSAM's export has nothing to enlarge its masks by, and calls the small ones masks.
    boolean official = outputs.containsKey(LOW_RES) || inputs.containsKey(SIZE);
    String masks = official ? LOW_RES : "masks";
    String scores = outputs.containsKey(IOU) ? IOU : "scores";
    if (!outputs.containsKey(masks) || !outputs.containsKey(scores)) {
      throw unknown();
    }
    rename(scores, IOU);
    rename(masks, LOW_RES);
  }

  private void rename(String output, String official) {
    if (!output.equals(official)) {
      after.add(node("Identity", official, output));
    }
  }

  private void readHuggingFace() throws IOException {
    require(Set.of(EMBEDDINGS, HF_POINTS), Set.of(POSITIONS, HF_LABELS));
    if (!outputs.containsKey(HF_IOU) || !outputs.containsKey(HF_MASKS)) {
      throw unknown();
    }
    check(HF_POINTS, 3, 2);
    for (int axis = 0; axis < 2; axis++) {
      if (fixed(HF_POINTS, 4, axis) > 1) {
        throw new IOException(
            String.format(
                "%s: input %s has shape %s, but must take one prompt or any number",
                name, HF_POINTS, shape(HF_POINTS)));
      }
    }
    long points = fixed(HF_POINTS, 4, 2);
    for (String input : List.of(EMBEDDINGS, POSITIONS)) {
      if (inputs.containsKey(input) && type(input) != DataType.FLOAT) {
        renamed.put(input, cast(input, DataType.FLOAT, type(input), input + "/cast"));
      }
    }
    adapt(POINTS, HF_POINTS, points, 1, 1, -1, 2);
    if (inputs.containsKey(HF_LABELS)) {
      adapt(LABELS, HF_LABELS, points, 1, 1, -1);
    }
    after.add(node("Reshape", IOU, HF_IOU, longs(IOU + "/shape", 1, -1)));
    // The first prompt's masks; a scalar index takes the axis away.
    String first = LOW_RES + "/first";
    constants.add(
        TensorProto.newBuilder()
            .setName(first)
            .setDataType(DataType.INT64.getNumber())
            .addInt64Data(0)
            .build());
    after.add(
        node("Gather", LOW_RES, HF_MASKS, first).toBuilder()
            .addAttribute(integer("axis", 1))
            .build());
  }

  /** An official input without its padding becomes Hugging Face's. */
  private void adapt(String official, String theirs, long points, long... shape) {
    String bare = theirs + "/bare";
    before.add(
        node(
            "Slice",
            bare,
            official,
            longs(theirs + "/from", 0),
            longs(theirs + "/to", -1),
            longs(theirs + "/axis", 1)));
    String full = points < 0 ? bare : filled(bare, official, points);
    String shaped = theirs + "/shaped";
    before.add(node("Reshape", shaped, full, longs(theirs + "/shape", shape)));
    before.add(
        node("Cast", theirs, shaped).toBuilder()
            .addAttribute(integer("to", type(theirs).getNumber()))
            .build());
  }

  /** Fills points or their labels up with padding, to a fixed number. */
  private String filled(String from, String official, long points) {
    boolean labels = official.equals(LABELS);
    int values = Math.toIntExact(labels ? points : 2 * points);
    TensorProto.Builder padding =
        TensorProto.newBuilder()
            .setName(from + "/padding")
            .setDataType(DataType.FLOAT.getNumber())
            .addDims(1);
    padding.addDims(points);
    if (!labels) {
      padding.addDims(2);
    }
    for (int i = 0; i < values; i++) {
      padding.addFloatData(labels ? -1 : 0);
    }
    constants.add(padding.build());
    before.add(
        node("Concat", from + "/padded", from, padding.getName()).toBuilder()
            .addAttribute(integer("axis", 1))
            .build());
    before.add(
        node(
            "Slice",
            from + "/filled",
            from + "/padded",
            longs(from + "/from", 0),
            longs(from + "/to", points),
            longs(from + "/axis", 1)));
    return from + "/filled";
  }

  private String cast(String from, DataType given, DataType wanted, String to) {
    if (given == wanted) {
      return from;
    }
    before.add(
        node("Cast", to, from).toBuilder().addAttribute(integer("to", wanted.getNumber())).build());
    return to;
  }

  private DataType type(String input) {
    ValueInfoProto value = inputs.get(input);
    DataType type =
        value == null ? null : DataType.forNumber(value.getType().getTensorType().getElemType());
    return type == null ? DataType.UNDEFINED : type;
  }

  private List<Long> shape(String input) {
    ValueInfoProto value = inputs.getOrDefault(input, ValueInfoProto.getDefaultInstance());
    return value.getType().getTensorType().getShape().getDimList().stream()
        .map(d -> d.getValueCase() == Dimension.ValueCase.DIM_VALUE ? d.getDimValue() : -1L)
        .toList();
  }

  /** A size that the graph fixes, -1 where it leaves it open. */
  private long fixed(String input, int rank, int axis) throws IOException {
    List<Long> shape = shape(input);
    if (shape.size() != rank) {
      throw new IOException(
          String.format(
              "%s: input %s has shape %s, but must have %d dimensions", name, input, shape, rank));
    }
    long size = shape.get(axis);
    if (size > MAX_POINTS) {
      throw new IOException(
          String.format("%s: input %s has shape %s, which is too large", name, input, shape));
    }
    return size < 1 ? -1 : size;
  }

  private void check(String input, int axis, long wanted) throws IOException {
    List<Long> shape = shape(input);
    if (shape.size() != axis + 1 || (shape.get(axis) > 0 && shape.get(axis) != wanted)) {
      throw new IOException(
          String.format(
              "%s: input %s has shape %s, but its last size must be %d",
              name, input, shape, wanted));
    }
  }

  private String longs(String constant, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(constant)
            .setDataType(DataType.INT64.getNumber())
            .addDims(values.length);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    constants.add(tensor.build());
    return constant;
  }

  private static AttributeProto integer(String key, long value) {
    return AttributeProto.newBuilder()
        .setName(key)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addOutput(output)
        .addAllInput(List.of(inputs))
        .build();
  }

  private ModelProto build() throws IOException {
    for (String input : inputs.keySet()) {
      DataType type = type(input);
      Set<DataType> accepted =
          input.equals(HF_LABELS) || input.equals(LABELS)
              ? Set.of(DataType.FLOAT, DataType.FLOAT16, DataType.INT64, DataType.INT32)
              : Set.of(DataType.FLOAT, DataType.FLOAT16);
      if (!accepted.contains(type) && !input.equals(SIZE)) {
        throw new IOException(
            String.format(
                "%s: input %s has element type %s, but must have one of %s",
                name, input, type, accepted.stream().sorted().toList()));
      }
    }
    GraphProto original = model.getGraph();
    GraphProto.Builder graph = original.toBuilder().clearNode().clearInput();
    for (String input : List.of(EMBEDDINGS, POSITIONS, MASK_INPUT, HAS_MASK)) {
      ValueInfoProto value = inputs.get(input);
      if (value != null) {
        graph.addInput(floats(value));
      }
    }
    for (String input : List.of(POINTS, LABELS)) {
      graph.addInput(open(input, input.equals(POINTS)));
    }
    Map<String, String> names = new HashMap<>(renamed);
    Set<String> taken = new HashSet<>();
    after.forEach(node -> taken.addAll(node.getOutputList()));
    List.of(POINTS, LABELS).stream().filter(t -> !inputs.containsKey(t)).forEach(taken::add);
    // What a graph calls by one of the official names but means for itself.
    taken.forEach(tensor -> names.put(tensor, tensor + "/own"));
    graph.addAllNode(before);
    for (NodeProto node : original.getNodeList()) {
      NodeProto.Builder copy = renamed(node, names).toBuilder();
      for (int i = 0; i < copy.getOutputCount(); i++) {
        String output = copy.getOutput(i);
        copy.setOutput(i, taken.contains(output) ? output + "/own" : output);
      }
      graph.addNode(copy);
    }
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (taken.contains(tensor.getName())) {
        tensor.setName(tensor.getName() + "/own");
      }
    }
    graph.addAllNode(after);
    graph.addAllInitializer(constants);
    ElementTypes types = new ElementTypes(graph.build());
    graph.clearOutput();
    for (String output : List.of(IOU, LOW_RES)) {
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(output)
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(
                          TypeProto.Tensor.newBuilder()
                              .setElemType(types.of(output).getNumber()))));
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static ValueInfoProto floats(ValueInfoProto value) {
    ValueInfoProto.Builder copy = value.toBuilder();
    copy.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT.getNumber());
    return copy.build();
  }

  private static ValueInfoProto open(String name, boolean pairs) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    TypeProto.Tensor.Builder tensor = value.getTypeBuilder().getTensorTypeBuilder();
    tensor.setElemType(DataType.FLOAT.getNumber());
    tensor.getShapeBuilder().addDimBuilder().setDimValue(1);
    tensor.getShapeBuilder().addDimBuilder().setDimParam("points");
    if (pairs) {
      tensor.getShapeBuilder().addDimBuilder().setDimValue(2);
    }
    return value.build();
  }

  /** A node that reads tensors under other names; bodies of control flow included. */
  static NodeProto renamed(NodeProto node, Map<String, String> names) {
    if (names.isEmpty()) {
      return node;
    }
    NodeProto.Builder copy = node.toBuilder();
    for (int i = 0; i < copy.getInputCount(); i++) {
      copy.setInput(i, names.getOrDefault(copy.getInput(i), copy.getInput(i)));
    }
    for (AttributeProto.Builder attribute : copy.getAttributeBuilderList()) {
      if (attribute.hasG()) {
        rename(attribute.getGBuilder(), names);
      }
      attribute.getGraphsBuilderList().forEach(body -> rename(body, names));
    }
    return copy.build();
  }

  private static void rename(GraphProto.Builder body, Map<String, String> names) {
    for (int i = 0; i < body.getNodeCount(); i++) {
      body.setNode(i, renamed(body.getNode(i), names));
    }
    for (int i = 0; i < body.getOutputCount(); i++) {
      String output = body.getOutput(i).getName();
      body.getOutputBuilder(i).setName(names.getOrDefault(output, output));
    }
  }
}
