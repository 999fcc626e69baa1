package io.seamark.inference;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must be known of an ONNX file before an engine opens it: shapes of inputs and outputs, and
 * the files it would pull in. Weights are skipped, not read, so a large file costs no memory.
 *
 * @param inputs shape by name, -1 where dynamic
 * @param outputs shape by name, -1 where dynamic
 * @param externalFiles where weights outside the file lie
 */
record OnnxHeader(
    Map<String, List<Long>> inputs, Map<String, List<Long>> outputs, Set<String> externalFiles) {
  private static final int NODE_LIMIT = 256 << 20;

  /** Reads on from a stream's current position to its end. */
  static OnnxHeader read(InputStream stream) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
    in.setSizeLimit(Integer.MAX_VALUE);
    OnnxHeader header =
        new OnnxHeader(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashSet<>());
    boolean graph = false;
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == ModelProto.GRAPH_FIELD_NUMBER) {
          int end = in.pushLimit(in.readRawVarint32());
          header.readGraph(in);
          in.popLimit(end);
          graph = true;
        } else if (!in.skipField(tag)) {
          throw new IOException("it ends within a group");
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("it is not an ONNX file: " + e.getMessage(), e);
    }
    if (!graph) {
      throw new IOException("it is not an ONNX file: it holds no graph");
    }
    return header;
  }

  private void readGraph(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case GraphProto.INPUT_FIELD_NUMBER -> put(inputs, message(in));
        case GraphProto.OUTPUT_FIELD_NUMBER -> put(outputs, message(in));
        case GraphProto.INITIALIZER_FIELD_NUMBER -> {
          int end = in.pushLimit(in.readRawVarint32());
          readTensor(in);
          in.popLimit(end);
        }
        case GraphProto.NODE_FIELD_NUMBER -> readNode(NodeProto.parseFrom(bytes(in)));
        default -> in.skipField(tag);
      }
    }
  }

  private static byte[] bytes(CodedInputStream in) throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > NODE_LIMIT) {
      throw new IOException("a node has " + length + " bytes, but at most " + NODE_LIMIT);
    }
    return in.readRawBytes(length);
  }

  private static ValueInfoProto message(CodedInputStream in) throws IOException {
    return ValueInfoProto.parseFrom(bytes(in));
  }

  private static void put(Map<String, List<Long>> shapes, ValueInfoProto value) {
    List<Long> shape =
        value.getType().getTensorType().getShape().getDimList().stream()
            .map(
                d ->
                    d.getValueCase() == Dimension.ValueCase.DIM_VALUE
                        ? Long.valueOf(d.getDimValue())
                        : Long.valueOf(-1))
            .toList();
    shapes.put(value.getName(), shape);
  }

  private void readTensor(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == TensorProto.EXTERNAL_DATA_FIELD_NUMBER) {
        StringStringEntryProto.Builder entry = StringStringEntryProto.newBuilder();
        in.readMessage(entry, ExtensionRegistryLite.getEmptyRegistry());
        note(entry.build());
      } else {
        in.skipField(tag);
      }
    }
  }

  private void note(StringStringEntryProto entry) {
    if (entry.getKey().equals("location")) {
      externalFiles.add(entry.getValue());
    }
  }

  private void readNode(NodeProto node) {
    for (AttributeProto attribute : node.getAttributeList()) {
      readTensor(attribute.getT());
      attribute.getTensorsList().forEach(this::readTensor);
      readSubgraph(attribute.getG());
      attribute.getGraphsList().forEach(this::readSubgraph);
    }
  }

  private void readTensor(TensorProto tensor) {
    tensor.getExternalDataList().forEach(this::note);
  }

  private void readSubgraph(GraphProto graph) {
    graph.getInitializerList().forEach(this::readTensor);
    graph.getNodeList().forEach(this::readNode);
  }
}
