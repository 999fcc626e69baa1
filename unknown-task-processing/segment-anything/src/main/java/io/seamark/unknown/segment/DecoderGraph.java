package io.seamark.unknown.segment;

import ai.onnx.proto.OnnxMl;
import io.seamark.network.onnx.ElementTypes;
import io.seamark.network.onnx.FloatTensor;
import java.io.IOException;
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
 * SAM's decoder graph in the official signature, cut into what is computed once an image, once a
 * prompt, and once a prompt that is good enough to look at its masks. The parts compute what the
 * whole computes.
 *
 * <p>The enlarged masks are not among it, since most are thrown away unseen; and the mask prompt,
 * which a grid of points leaves empty, is a constant, which the inference engine folds. The graph
 * for any prompt takes it as an input.
 */
final class DecoderGraph {
  static final String EMBEDDINGS = DecoderSignature.EMBEDDINGS;
  static final String POINTS = DecoderSignature.POINTS;
  static final String IOU = DecoderSignature.IOU;
  static final String LOW_RES = DecoderSignature.LOW_RES;
  static final String LABELS = DecoderSignature.LABELS;
  static final String MASK_INPUT = DecoderSignature.MASK_INPUT;
  static final String HAS_MASK = DecoderSignature.HAS_MASK;

  /** What the encoder makes. */
  private static final List<String> ENCODED = List.of(EMBEDDINGS, DecoderSignature.POSITIONS);

  /** Convolutions that a mask prompt goes through make it this much smaller, to the embeddings. */
  private static final int MASK_PROMPT_SCALE = 4;

  /** Operators whose output's size depends on values, so that shapes are no constants. */
  private static final Set<String> SIZED_BY_VALUES =
      Set.of("NonZero", "Unique", "Compress", "NonMaxSuppression", "Loop", "If", "Scan");

  /** What a tensor's values depend on. */
  private enum Source {
    IMAGE,
    PROMPT
  }

  private final String name;
  private final OnnxMl.ModelProto model;
  private final ElementTypes types;
  private final List<OnnxMl.NodeProto> nodes;
  private final Map<String, Integer> producer = new HashMap<>();
  private final Map<String, Set<Source>> sources = new HashMap<>();
  private final Map<String, OnnxMl.ValueInfoProto> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxMl.ValueInfoProto> outputs = new LinkedHashMap<>();
  private final Part image;
  private final Part prompt;
  private final Part mask;
  private final Part whole;
  private final boolean boxes;
  private final int mostPoints;
  private int promptSide;

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
   * @param decoder of any signature that {@link DecoderSignature} knows
   * @throws IOException if it is none
   */
  DecoderGraph(String name, OnnxMl.ModelProto decoder) throws IOException {
    this.name = name;
    model = DecoderSignature.official(name, decoder);
    mostPoints = DecoderSignature.mostPoints(decoder);
    OnnxMl.GraphProto graph = model.getGraph();
    nodes = graph.getNodeList();
    types = new ElementTypes(graph);
    graph.getInputList().forEach(input -> inputs.put(input.getName(), input));
    graph.getOutputList().forEach(output -> outputs.put(output.getName(), output));
    trace();
    // The mask part first: what it needs from the prompt part, that one must hand over.
    Set<Integer> ancestors = walk(List.of(IOU), t -> false).nodes;
    mask =
        walk(
            List.of(LOW_RES),
            t ->
                imageOnly(t)
                    || POINTS.equals(t)
                    || (ancestors.contains(producer.getOrDefault(t, -1))
                        && depends(t)
                        && types.isFloat(t)));
    List<String> handed = new ArrayList<>(List.of(IOU));
    mask.inputs.stream().filter(t -> !imageOnly(t) && !POINTS.equals(t)).forEach(handed::add);
    prompt = walk(handed, this::imageOnly);
    Set<String> shared = new LinkedHashSet<>(prompt.inputs);
    shared.addAll(mask.inputs);
    shared.removeIf(t -> ENCODED.contains(t) || !imageOnly(t));
    image = walk(List.copyOf(shared), t -> false);
    // Hugging Face's has another input for boxes, which its export leaves out.
    boxes =
        decoder.getGraph().getInputList().stream()
            .noneMatch(input -> input.getName().equals(DecoderSignature.HF_POINTS));
    whole =
        walk(
            List.of(IOU, LOW_RES),
            t -> inputs.containsKey(t) && List.of(LABELS, MASK_INPUT, HAS_MASK).contains(t));
  }

  /** Finds out what each tensor's values depend on. */
  private void trace() {
    encoded().forEach(input -> sources.put(input, EnumSet.of(Source.IMAGE)));
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

  /** Made once an image and handed on; what is not float is made anew where it is needed. */
  private boolean imageOnly(String tensor) {
    return sources.getOrDefault(tensor, Set.of()).equals(EnumSet.of(Source.IMAGE))
        && types.isFloat(tensor);
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
      if (given.test(tensor) || ENCODED.contains(tensor) || POINTS.equals(tensor)) {
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

  /** What the encoder must make. */
  List<String> encoded() {
    return ENCODED.stream().filter(inputs::containsKey).toList();
  }

  /**
   * Shape of one of {@link #encoded}, -1 where the graph leaves it open; empty where it leaves all.
   */
  long[] shape(String input) {
    OnnxMl.ValueInfoProto known = inputs.getOrDefault(input, value(input, null));
    return known.getType().getTensorType().getShape().getDimList().stream()
        .mapToLong(d -> d.getDimValue() > 0 ? d.getDimValue() : -1)
        .toArray();
  }

  /**
   * Says what the encoder makes, which the graphs are built for.
   *
   * @param shape of the embeddings, [1, channels, cells, cells]
   * @throws IOException if the mask prompt is of no size that fits
   */
  void embeddings(long[] shape) throws IOException {
    if (!inputs.containsKey(MASK_INPUT)) {
      return;
    }
    long[] mask = shape(MASK_INPUT);
    long side = mask.length == 4 && mask[2] > 0 ? mask[2] : MASK_PROMPT_SCALE * shape[2];
    if (mask.length != 4 || (mask[3] > 0 && mask[3] != side) || side < 3 || side > 4096) {
      throw new IOException(
          name + ": input " + MASK_INPUT + " must be [1, 1, side, side] with a side of 3 to 4096");
    }
    promptSide = (int) side;
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

  /** Whether prompts may hold boxes. */
  boolean takesBoxes() {
    return boxes;
  }

  /** How many points a prompt may have, the two corners of a box among them. */
  int mostPoints() {
    return mostPoints;
  }

  /** Side of a mask prompt, in cells; 0 if the graph takes none. */
  int promptSide() {
    return whole.inputs.contains(MASK_INPUT) ? promptSide : 0;
  }

  /** What the graph for any prompt reads: embeddings, points, labels and a mask. */
  Set<String> anyPromptInputs() {
    return whole.inputs;
  }

  /** The graph that takes any prompts and makes low-resolution masks. */
  byte[] anyPrompt() {
    return build(whole, Map.of());
  }

  private byte[] build(Part part, Map<String, long[]> shapes) {
    OnnxMl.GraphProto.Builder graph = model.getGraph().toBuilder();
    graph.clearInput().clearOutput().clearNode().clearValueInfo().clearInitializer();
    Map<String, String> halves = new HashMap<>();
    for (String name : part.inputs) {
      long[] shape = shapes.get(name);
      OnnxMl.ValueInfoProto known = inputs.get(name);
      if (shape != null || known == null) {
        graph.addInput(value(name, shape));
        if (types.of(name) == OnnxMl.TensorProto.DataType.FLOAT16) {
          // Handed on as float32.
          halves.put(name, name + "/float16");
          graph.addNode(toHalf(name, name + "/float16"));
        }
      } else {
        boolean onePoint = POINTS.equals(name) && !part.inputs.contains(LABELS);
        graph.addInput(onePoint ? value(name, new long[] {1, 2, 2}) : known);
      }
    }
    for (String name : part.outputs) {
      graph.addOutput(outputs.getOrDefault(name, made(name)));
    }
    Set<String> read = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (part.nodes.contains(i)) {
        graph.addNode(DecoderSignature.renamed(nodes.get(i), halves));
        read.addAll(reads(nodes.get(i)));
      }
    }
    for (OnnxMl.TensorProto tensor : model.getGraph().getInitializerList()) {
      if (read.contains(tensor.getName())) {
        graph.addInitializer(tensor);
      }
    }
    // One point on the foreground and the padding that stands for the missing box.
    read.removeAll(part.inputs);
    constant(graph, read, LABELS, new float[] {1, -1}, 1, 2);
    constant(graph, read, HAS_MASK, new float[] {0}, 1);
    int cells = promptSide * promptSide;
    constant(graph, read, MASK_INPUT, new float[cells], 1, 1, promptSide, promptSide);
    // Before version 4 constants had to be inputs too.
    long version = Math.max(4, model.getIrVersion());
    return model.toBuilder().setIrVersion(version).setGraph(graph).build().toByteArray();
  }

  private static OnnxMl.NodeProto toHalf(String from, String to) {
    return OnnxMl.NodeProto.newBuilder()
        .setOpType("Cast")
        .setName(to)
        .addInput(from)
        .addOutput(to)
        .addAttribute(
            OnnxMl.AttributeProto.newBuilder()
                .setName("to")
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(OnnxMl.TensorProto.DataType.FLOAT16.getNumber()))
        .build();
  }

  private OnnxMl.ValueInfoProto made(String name) {
    OnnxMl.ValueInfoProto.Builder made = value(name, null).toBuilder();
    made.getTypeBuilder().getTensorTypeBuilder().setElemType(types.of(name).getNumber());
    return made.build();
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

  private void constant(
      OnnxMl.GraphProto.Builder graph,
      Set<String> read,
      String name,
      float[] values,
      long... dims) {
    if (!read.contains(name) || !inputs.containsKey(name)) {
      return;
    }
    graph.addInitializer(FloatTensor.of(name, values, dims));
  }
}
