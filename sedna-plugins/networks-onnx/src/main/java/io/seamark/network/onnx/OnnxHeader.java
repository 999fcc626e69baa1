package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.seamark.network.ForeignFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of an ONNX file before an engine opens it: shapes and types of inputs and
 * outputs, the files it would pull in, and that every weight holds as many values as it says.
 * Weights are skipped, not read, so a large file costs no memory.
 *
 * @param inputs shape by name, -1 where dynamic
 * @param outputs shape by name, -1 where dynamic
 * @param types element type of inputs and outputs by name
 * @param elsewhere weights outside the file
 */
public record OnnxHeader(
    Map<String, List<Long>> inputs,
    Map<String, List<Long>> outputs,
    Map<String, TensorProto.DataType> types,
    List<WeightFacts> elsewhere) {
  private static final int NODE_LIMIT = 256 << 20;
  private static final long MAX_VALUES = 1L << 31;

  /** Opens a file's content anew. */
  @FunctionalInterface
  private interface Content {
    InputStream open() throws IOException;
  }

  /**
   * Reads and checks a file and what it refers to, before any engine sees it.
   *
   * @param path an ONNX file of at most 2 GiB
   * @return what it says of itself
   * @throws IOException naming the file, and the weight and the rule that is broken
   */
  public static OnnxHeader of(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException("ONNX file " + path + " does not exist or is not a file");
    }
    Optional<ForeignFile> foreign = ForeignFile.of(path).filter(file -> !file.isOnnx());
    if (foreign.isPresent()) {
      throw new IOException(
          path
              + " cannot be opened: it is "
              + foreign.get().text()
              + ", but must be an ONNX graph");
    }
    try {
      return read(() -> new BufferedInputStream(Files.newInputStream(path), 1 << 16), path);
    } catch (IOException e) {
      throw new IOException(path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * Reads and checks a graph that is in memory.
   *
   * @param bytes of an ONNX file
   * @return what it says of itself; its weights may still be said to be elsewhere
   * @throws IOException saying what is wrong
   */
  public static OnnxHeader of(byte[] bytes) throws IOException {
    return read(() -> new ByteArrayInputStream(bytes), null);
  }

  /** Wire format first; the file is null where the content lies in memory. */
  private static OnnxHeader read(Content content, @Nullable Path file) throws IOException {
    try (InputStream stream = content.open()) {
      WireFormatCheck.check(stream, ModelProto.getDescriptor());
    }
    try (InputStream stream = content.open()) {
      OnnxHeader header = read(stream);
      if (file != null) {
        header.checkElsewhere(file);
      }
      return header;
    }
  }

  private static OnnxHeader read(InputStream stream) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
    in.setSizeLimit(Integer.MAX_VALUE);
    OnnxHeader header =
        new OnnxHeader(
            new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    boolean graph = false;
    boolean operators = false;
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case ModelProto.GRAPH_FIELD_NUMBER -> {
            int end = in.pushLimit(in.readRawVarint32());
            header.readGraph(in);
            pop(in, end);
            graph = true;
          }
          case ModelProto.FUNCTIONS_FIELD_NUMBER ->
              header.readFunction(FunctionProto.parseFrom(bytes(in)));
          default -> {
            operators |= WireFormat.getTagFieldNumber(tag) == ModelProto.OPSET_IMPORT_FIELD_NUMBER;
            if (!in.skipField(tag)) {
              throw new IOException("it ends within a group");
            }
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("it is not an ONNX file, or cut short: " + e.getMessage(), e);
    }
    if (!graph) {
      throw new IOException("it is not an ONNX file: it holds no graph");
    }
    if (!operators) {
      throw new IOException("it is cut short: it names no operator set");
    }
    return header;
  }

  private static void pop(CodedInputStream in, int end) throws IOException {
    // The parser takes the stream's end for the message's.
    if (in.getBytesUntilLimit() > 0) {
      throw new IOException("it is cut short: " + in.getBytesUntilLimit() + " bytes are missing");
    }
    in.popLimit(end);
  }

  private void readGraph(CodedInputStream in) throws IOException {
    Set<String> weights = new HashSet<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case GraphProto.INPUT_FIELD_NUMBER -> put(inputs, ValueInfoProto.parseFrom(bytes(in)));
        case GraphProto.OUTPUT_FIELD_NUMBER -> put(outputs, ValueInfoProto.parseFrom(bytes(in)));
        case GraphProto.INITIALIZER_FIELD_NUMBER -> {
          int end = in.pushLimit(in.readRawVarint32());
          WeightFacts weight = WeightFacts.read(in);
          note(weight);
          weights.add(weight.name());
          pop(in, end);
        }
        case GraphProto.SPARSE_INITIALIZER_FIELD_NUMBER -> throw sparse();
        case GraphProto.NODE_FIELD_NUMBER -> readNode(NodeProto.parseFrom(bytes(in)));
        default -> in.skipField(tag);
      }
    }
    // Old exporters list weights among the inputs.
    inputs.keySet().removeAll(weights);
  }

  private static byte[] bytes(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > NODE_LIMIT) {
      throw new IOException("a node has " + length + " bytes, but at most " + NODE_LIMIT);
    }
    return in.readRawBytes(length);
  }

  private void put(Map<String, List<Long>> shapes, ValueInfoProto value) throws IOException {
    String name = value.getName();
    List<Long> shape =
        value.getType().getTensorType().getShape().getDimList().stream()
            .map(
                d ->
                    d.getValueCase() == Dimension.ValueCase.DIM_VALUE
                        ? Long.valueOf(d.getDimValue())
                        : Long.valueOf(-1))
            .toList();
    long values = 1;
    for (long size : shape) {
      // Some exporters write 0 for a size that is not known.
      values = size > 0 && size <= MAX_VALUES ? values * size : size > 0 ? Long.MAX_VALUE : values;
      if (values > MAX_VALUES || size < -1) {
        throw new IOException(
            String.format(
                "tensor '%s' has shape %s, but must have sizes of 0 or more and at most %d values",
                WeightFacts.printable(name), shape, MAX_VALUES));
      }
    }
    shapes.put(name, shape);
    TensorProto.DataType type =
        TensorProto.DataType.forNumber(value.getType().getTensorType().getElemType());
    types.put(name, type == null ? TensorProto.DataType.UNDEFINED : type);
  }

  private void note(WeightFacts weight) throws IOException {
    weight.check();
    if (weight.isElsewhere()) {
      elsewhere.add(weight);
    }
  }

  private static IOException sparse() {
    return new IOException("it has sparse weights, but they must be dense");
  }

  private void readNode(NodeProto node) throws IOException {
    for (AttributeProto attribute : node.getAttributeList()) {
      readAttribute(attribute);
    }
  }

  private void readAttribute(AttributeProto attribute) throws IOException {
    if (attribute.hasSparseTensor() || attribute.getSparseTensorsCount() > 0) {
      throw sparse();
    }
    if (attribute.hasT()) {
      note(WeightFacts.of(attribute.getT()));
    }
    for (TensorProto tensor : attribute.getTensorsList()) {
      note(WeightFacts.of(tensor));
    }
    if (attribute.hasG()) {
      readSubgraph(attribute.getG());
    }
    for (GraphProto graph : attribute.getGraphsList()) {
      readSubgraph(graph);
    }
  }

  private void readSubgraph(GraphProto graph) throws IOException {
    if (graph.getSparseInitializerCount() > 0) {
      throw sparse();
    }
    for (TensorProto tensor : graph.getInitializerList()) {
      note(WeightFacts.of(tensor));
    }
    for (NodeProto node : graph.getNodeList()) {
      readNode(node);
    }
  }

  private void readFunction(FunctionProto function) throws IOException {
    for (NodeProto node : function.getNodeList()) {
      readNode(node);
    }
    for (AttributeProto attribute : function.getAttributeProtoList()) {
      readAttribute(attribute);
    }
  }

  /**
   * Refuses weights that do not lie, whole, in the file's own folder. Reads none of them.
   *
   * @param file the ONNX file
   */
  private void checkElsewhere(Path file) throws IOException {
    long wanted = 0;
    Set<Path> files = new HashSet<>();
    for (WeightFacts weight : elsewhere) {
      WeightFacts.Place place = weight.locate(file);
      wanted += place.length();
      files.add(place.file());
    }
    long there = 0;
    for (Path each : files) {
      there += Files.size(each);
    }
    // Each weight is read into memory of its own, also where several name one place.
    if (wanted > there) {
      throw new IOException(
          String.format(
              "its weights outside the file name %d bytes, but the files they lie in have %d",
              wanted, there));
    }
  }
}
