package io.seamark.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small ONNX files whole, to change their graphs before an engine opens them. */
public final class OnnxFile {
  private OnnxFile() {}

  /**
   * Reads a file, with the weights that lie beside it, after checking both.
   *
   * @param path an ONNX file
   * @param maxBytes of the file and its weights together; at most 1 GiB
   * @return the model, its top level's weights within
   * @throws IOException naming the file, the weight and the rule that is broken
   */
  public static ModelProto read(Path path, long maxBytes) throws IOException {
    OnnxHeader header = OnnxHeader.of(path);
    long bytes = size(path, header);
    if (bytes > maxBytes) {
      throw new IOException(
          String.format(
              "%s has %d bytes with its weights, but at most %d can be read",
              path, bytes, maxBytes));
    }
    ModelProto model;
    try {
      model = ModelProto.parseFrom(Files.readAllBytes(path));
      if (header.elsewhere().isEmpty()) {
        return model;
      }
      GraphProto.Builder graph = model.getGraph().toBuilder();
      int inlined = 0;
      for (int i = 0; i < graph.getInitializerCount(); i++) {
        WeightFacts weight = WeightFacts.of(graph.getInitializer(i));
        if (weight.isElsewhere()) {
          graph.setInitializer(i, inline(graph.getInitializer(i), weight.locate(path)));
          inlined++;
        }
      }
      if (inlined < header.elsewhere().size()) {
        throw new IOException("a node keeps a weight outside the file, where only graphs may");
      }
      return model.toBuilder().setGraph(graph).build();
    } catch (IOException e) {
      throw new IOException(path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * Checks a file and what lies beside it, without reading any weight.
   *
   * @param path an ONNX file
   * @return bytes of the file and of its weights that lie beside it
   * @throws IOException naming the file, the weight and the rule that is broken
   */
  public static long size(Path path) throws IOException {
    return size(path, OnnxHeader.of(path));
  }

  private static long size(Path path, OnnxHeader header) throws IOException {
    long bytes = Files.size(path);
    for (WeightFacts weight : header.elsewhere()) {
      bytes += weight.locate(path).length();
    }
    return bytes;
  }

  private static TensorProto inline(TensorProto tensor, WeightFacts.Place place)
      throws IOException {
    ByteBuffer values = ByteBuffer.allocate(Math.toIntExact(place.length()));
    try (SeekableByteChannel channel = Files.newByteChannel(place.file())) {
      channel.position(place.offset());
      while (values.hasRemaining()) {
        if (channel.read(values) < 0) {
          throw new IOException(place.file() + " became shorter while it was read");
        }
      }
    }
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(ByteString.copyFrom(values.flip()))
        .build();
  }
}
