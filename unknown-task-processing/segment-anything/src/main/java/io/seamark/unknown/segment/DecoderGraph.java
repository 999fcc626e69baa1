package io.seamark.unknown.segment;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * SAM's official decoder graph, cut into what is computed once an image, once a prompt, and once a
 * prompt that is good enough to look at its masks. The parts compute what the whole computes.
 *
 * <p>The enlarged masks are not among it, since most are thrown away unseen; and the mask prompt,
 * which a grid of points leaves empty, is a constant, which the inference engine folds.
 */
final class DecoderGraph {
  static final String EMBEDDINGS = "image_embeddings";
  static final String POINTS = "point_coords";
  static final String IOU = "iou_predictions";
  static final String LOW_RES = "low_res_masks";
  private static final String LABELS = "point_labels";
  private static final String MASK_INPUT = "mask_input";
  private static final String HAS_MASK = "has_mask_input";

  private static final List<String> INPUTS =
      List.of(EMBEDDINGS, POINTS, LABELS, MASK_INPUT, HAS_MASK, "orig_im_size");

  /** Operators whose output's size depends on values, so that shapes are no constants. */
  private static final Set<String> SIZED_BY_VALUES =
      Set.of("NonZero", "Unique", "Compress", "NonMaxSuppression", "Loop", "If", "Scan");

  /** What a tensor's values depend on. */
  private enum Source {
    IMAGE,
    PROMPT
  }

  private final OnnxMl.ModelProto model;
  private final List<OnnxMl.NodeProto> nodes;
  private final Map<String, Integer> producer = new HashMap<>();
  private final Map<String, Set<Source>> sources = new HashMap<>();
  private final Map<String, OnnxMl.ValueInfoProto> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxMl.ValueInfoProto> outputs = new LinkedHashMap<>();
  private final int side;
  private final Part image;
  private final Part prompt;
  private final Part mask;

  /**
   * One of the three graphs.
   *
   * @param inputs names of the tensors it reads
   * @param outputs names of the tensors it makes
   * @param nodes indices of its nodes
   */
  private record Part(Set<String> inputs, List<String> outputs, Set<Integer> nodes) {}

  /**
   * Reads a decoder.
   *
   * @param name of the file, for messages
   * @param file an ONNX file
   * @throws IOException if it is not ONNX, or not a decoder of the official signature
   */
  DecoderGraph(String name, byte[] file) throws IOException {
    try {
      model = OnnxMl.ModelProto.parseFrom(file);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(name + " is not an ONNX file: " + e.getMessage(), e);
    }
    OnnxMl.GraphProto graph = model.getGraph();
    nodes = graph.getNodeList();
    if (nodes.isEmpty()) {
      throw new IOException(name + " is not an ONNX file: it holds no graph");
    }
    graph.getInputList().forEach(input -> inputs.put(input.getName(), input));
    graph.getOutputList().forEach(output -> outputs.put(output.getName(), output));
    List<String> wanted = List.of(IOU, LOW_RES);
    if (!inputs.keySet().containsAll(INPUTS) || !outputs.keySet().containsAll(wanted)) {
      throw new IOException(
          String.format(
              "%s is not SAM's official decoder: it needs inputs %s and outputs %s, but has %s and"
                  + " %s",
              name, INPUTS, wanted, inputs.keySet(), outputs.keySet()));
    }
    for (OnnxMl.TensorProto tensor : graph.getInitializerList()) {
      if (tensor.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL) {
        throw new IOException(
            name + " keeps weights in another file, but a decoder must be one file");
      }
    }
    side = side(name, inputs.get(MASK_INPUT));
    trace();
    // The mask part first: what it needs from the prompt part, that one must hand over.
    Set<Integer> ancestors = walk(List.of(IOU), t -> false).nodes;
    mask =
        walk(
            List.of(LOW_RES),
            t ->
                imageOnly(t)
                    || POINTS.equals(t)
                    || ancestors.contains(producer.getOrDefault(t, -1)) && depends(t));
    List<String> handed = new ArrayList<>(List.of(IOU));
    mask.inputs.stream().filter(t -> !imageOnly(t) && !POINTS.equals(t)).forEach(handed::add);
    prompt = walk(handed, this::imageOnly);
    Set<String> shared = new LinkedHashSet<>(prompt.inputs);
    shared.addAll(mask.inputs);
    shared.removeIf(t -> EMBEDDINGS.equals(t) || !imageOnly(t));
    image = walk(List.copyOf(shared), t -> false);
  }

  private static int side(String name, OnnxMl.@Nullable ValueInfoProto input) throws IOException {
    List<OnnxMl.TensorShapeProto.Dimension> dims =
        input == null ? List.of() : input.getType().getTensorType().getShape().getDimList();
    if (dims.size() != 4
        || dims.get(2).getDimValue() != dims.get(3).getDimValue()
        || dims.get(2).getDimValue() < 3
        || dims.get(2).getDimValue() > 4096) {
      throw new IOException(
          name + ": input " + MASK_INPUT + " must be [1, 1, side, side] with a side of 3 to 4096");
    }
    return (int) dims.get(2).getDimValue();
  }

  /** Finds out what each tensor's values depend on. */
  private void trace() {
    sources.put(EMBEDDINGS, EnumSet.of(Source.IMAGE));
    sources.put(POINTS, EnumSet.of(Source.PROMPT));
    boolean fixedShapes = nodes.stream().noneMatch(n -> SIZED_BY_VALUES.contains(n.getOpType()));
    for (int i = 0; i < nodes.size(); i++) {
      OnnxMl.NodeProto node = nodes.get(i);
      Set<Source> from = EnumSet.noneOf(Source.class);
      // All sizes are fixed, so a shape is a constant whatever the tensor holds.
      if (!(fixedShapes && node.getOpType().equals("Shape"))) {
        for (String input : reads(node)) {
          from.addAll(sources.getOrDefault(input, Set.of()));
        }
      }
      for (String output : node.getOutputList()) {
        producer.put(output, i);
        sources.put(output, from);
      }
    }
  }

  private boolean depends(String tensor) {
    return !sources.getOrDefault(tensor, Set.of()).isEmpty();
  }

  private boolean imageOnly(String tensor) {
    return sources.getOrDefault(tensor, Set.of()).equals(EnumSet.of(Source.IMAGE));
  }

  /** Gathers the nodes that tensors come from, back to where {@code given} says to stop. */
  private Part walk(List<String> from, Predicate<String> given) {
    Set<String> reached = new LinkedHashSet<>();
    Set<Integer> needed = new HashSet<>();
    Set<String> seen = new HashSet<>(from);
    Deque<String> open = new ArrayDeque<>(from);
    while (!open.isEmpty()) {
      String tensor = open.pop();
      Integer node = producer.get(tensor);
      if (given.test(tensor) || EMBEDDINGS.equals(tensor) || POINTS.equals(tensor)) {
        reached.add(tensor);
      } else if (node != null && needed.add(node)) {
        for (String input : reads(nodes.get(node))) {
          if (seen.add(input)) {
            open.add(input);
          }
        }
      }
    }
    return new Part(reached, from, needed);
  }

  /** What a node reads, bodies of control flow included. */
  private static List<String> reads(OnnxMl.NodeProto node) {
    List<String> names = new ArrayList<>(node.getInputList());
    for (OnnxMl.AttributeProto attribute : node.getAttributeList()) {
      List<OnnxMl.GraphProto> bodies = new ArrayList<>(attribute.getGraphsList());
      if (attribute.hasG()) {
        bodies.add(attribute.getG());
      }
      for (OnnxMl.GraphProto body : bodies) {
        body.getNodeList().forEach(inner -> names.addAll(reads(inner)));
        body.getOutputList().forEach(output -> names.add(output.getName()));
      }
    }
    return names;
  }

  /** Side of a low-resolution mask, in cells. */
  int side() {
    return side;
  }

  /** Shape of the embeddings, -1 where the graph leaves it open. */
  long[] embeddings() {
    OnnxMl.ValueInfoProto input = inputs.getOrDefault(EMBEDDINGS, value(EMBEDDINGS, null));
    return input.getType().getTensorType().getShape().getDimList().stream()
        .mapToLong(d -> d.getDimValue() > 0 ? d.getDimValue() : -1)
        .toArray();
  }

  /** Whether anything can be computed once an image. */
  boolean hasImagePart() {
    return !image.outputs.isEmpty();
  }

  /** What the image part reads; the points may have any values. */
  Set<String> imageInputs() {
    return image.inputs;
  }

  /** What the image part makes for the other two. */
  List<String> imageOutputs() {
    return image.outputs;
  }

  /** What the prompt part reads. */
  Set<String> promptInputs() {
    return prompt.inputs;
  }

  /** What the mask part reads. */
  Set<String> maskInputs() {
    return mask.inputs;
  }

  /** The graph that runs once an image, on the embeddings. */
  byte[] imagePart() {
    return build(image, Map.of());
  }

  /**
   * The graph that runs once a prompt.
   *
   * @param shapes of what the image part makes
   */
  byte[] promptPart(Map<String, long[]> shapes) {
    return build(prompt, shapes);
  }

  /**
   * The graph that makes a prompt's low-resolution masks.
   *
   * @param shapes of what the image part and the prompt part make
   */
  byte[] maskPart(Map<String, long[]> shapes) {
    return build(mask, shapes);
  }

  private byte[] build(Part part, Map<String, long[]> shapes) {
    OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
    graph.clearInput().clearOutput().clearNode().clearValueInfo().clearInitializer();
    for (String name : part.inputs) {
      long[] shape = shapes.get(name);
      OnnxMl.ValueInfoProto known = inputs.get(name);
      if (shape != null || known == null) {
        graph.addInput(value(name, shape));
      } else {
        graph.addInput(POINTS.equals(name) ? value(name, new long[] {1, 2, 2}) : known);
      }
    }
    for (String name : part.outputs) {
      graph.addOutput(outputs.getOrDefault(name, value(name, null)));
    }
    Set<String> read = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (part.nodes.contains(i)) {
        graph.addNode(nodes.get(i));
        read.addAll(reads(nodes.get(i)));
      }
    }
    for (OnnxMl.TensorProto tensor : model.getGraph().getInitializerList()) {
      if (read.contains(tensor.getName())) {
        graph.addInitializer(tensor);
      }
    }
    // One point on the foreground and the padding that stands for the missing box.
    constant(graph, read, LABELS, new float[] {1, -1}, 1, 2);
    constant(graph, read, HAS_MASK, new float[] {0}, 1);
    constant(graph, read, MASK_INPUT, new float[side * side], 1, 1, side, side);
    // Before version 4 constants had to be inputs too.
    long version = Math.max(4, model.getIrVersion());
    return model.toBuilder().setIrVersion(version).setGraph(graph).build().toByteArray();
  }

  private static OnnxMl.ValueInfoProto value(String name, long @Nullable [] shape) {
    OnnxMl.TypeProto.Tensor.Builder tensor = OnnxMl.TypeProto.Tensor.newBuilder();
    tensor.setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber());
    if (shape != null) {
      OnnxMl.TensorShapeProto.Builder dims = OnnxMl.TensorShapeProto.newBuilder();
      for (long size : shape) {
        dims.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
      }
      tensor.setShape(dims);
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static void constant(
      OnnxMl.GraphProto.Builder graph,
      Set<String> read,
      String name,
      float[] values,
      long... dims) {
    if (!read.contains(name)) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder();
    tensor.setName(name).setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(bytes)));
  }
}
