package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * An ONNX model that is ready to be written. Its weights are read, folded and written one at a
 * time, so that writing needs little more heap than the largest of them; where they come from an
 * open file, that file must still be open then.
 */
public final class OnnxModel {
  /** A weight whose values are made when they are written. */
  record Weight(String name, List<Integer> shape, Supplier<float[]> values) {
    int bytes() {
      long n = 4;
      for (int d : shape) {
        n = Math.multiplyExact(n, (long) d);
      }
      return Math.toIntExact(n);
    }

    /** Everything but the values. */
    TensorProto header() {
      TensorProto.Builder tensor =
          TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
      shape.forEach(tensor::addDims);
      return tensor.build();
    }

    int serializedSize() {
      return header().getSerializedSize()
          + CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(bytes())
          + bytes();
    }
  }

  private final ModelProto shell;
  private final GraphProto graph;
  private final List<Weight> weights;

  OnnxModel(ModelProto shell, GraphProto graph, List<Weight> weights) {
    this.shell = shell;
    this.graph = graph;
    this.weights = List.copyOf(weights);
  }

  private long graphSize() {
    long size = graph.getSerializedSize();
    for (Weight weight : weights) {
      int bytes = weight.serializedSize();
      size +=
          CodedOutputStream.computeTagSize(GraphProto.INITIALIZER_FIELD_NUMBER)
              + CodedOutputStream.computeUInt32SizeNoTag(bytes)
              + bytes;
    }
    return size;
  }

  /**
   * Size of the file.
   *
   * @return bytes
   */
  public long size() {
    long size = graphSize();
    return shell.getSerializedSize()
        + CodedOutputStream.computeTagSize(ModelProto.GRAPH_FIELD_NUMBER)
        + CodedOutputStream.computeUInt64SizeNoTag(size)
        + size;
  }

  /**
   * Writes the model.
   *
   * @param stream not closed
   * @throws IOException if writing, or reading a weight, fails
   */
  public void writeTo(OutputStream stream) throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(stream, 1 << 16);
    shell.writeTo(out);
    out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt64NoTag(graphSize());
    graph.writeTo(out);
    try {
      for (Weight weight : weights) {
        write(out, weight);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
    out.flush();
  }

  private static void write(CodedOutputStream out, Weight weight) throws IOException {
    float[] values = weight.values().get();
    if (values.length * 4L != weight.bytes()) {
      throw new IllegalStateException(
          weight.name() + " has " + values.length + " values, its shape is " + weight.shape());
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        // Weights are checked where they are read; this comes of folding, of a variance below 0.
        throw new IOException(
            "the graph's weight "
                + weight.name()
                + " would hold "
                + value
                + ", which is not finite");
      }
    }
    out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(weight.serializedSize());
    weight.header().writeTo(out);
    out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(weight.bytes());
    ByteBuffer piece = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; ) {
      int count = Math.min(values.length - from, piece.capacity() / 4);
      piece.clear().asFloatBuffer().put(values, from, count);
      out.writeRawBytes(piece.array(), 0, 4 * count);
      from += count;
    }
  }

  /**
   * Writes the model to a file.
   *
   * @param path created or overwritten
   * @throws IOException if writing, or reading a weight, fails
   */
  public void writeTo(Path path) throws IOException {
    try (OutputStream stream = Files.newOutputStream(path)) {
      writeTo(stream);
    }
  }

  /**
   * The model as bytes: for small ones and for tests.
   *
   * @return the file's content
   */
  public byte[] toByteArray() {
    try {
      ByteArrayOutputStream stream = new ByteArrayOutputStream(Math.toIntExact(size()));
      writeTo(stream);
      return stream.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
