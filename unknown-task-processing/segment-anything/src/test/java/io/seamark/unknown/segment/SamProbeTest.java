package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.seamark.perception.Frame;
import io.seamark.street.StreetModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model folder may do before it is trusted. */
class SamProbeTest {
  @TempDir static Path cache = Path.of("");

  private static Path embedded = Path.of("");
  private static ModelProto encoder = ModelProto.getDefaultInstance();

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void unpack() throws IOException {
    embedded = StreetModels.segmenter(cache);
    encoder = ModelProto.parseFrom(Files.readAllBytes(embedded.resolve("encoder.onnx")));
  }

  @BeforeEach
  void aSoundDecoder() throws IOException {
    for (String file : new String[] {"decoder.onnx", "generator.json"}) {
      Files.copy(embedded.resolve(file), folder.resolve(file));
    }
  }

  private SegmentAnythingParameters parameters() {
    return Parameters.ofFolder(folder);
  }

  /** The bound of a tiny encoder with the decoder beside it, as the plugin's page has it. */
  private String bound() throws IOException {
    long megabytes = 2048 + 16 * (Files.size(folder.resolve("decoder.onnx")) >> 20);
    return " needs more than " + megabytes + " MB to open and run once;";
  }

  private String refusal(SegmentAnythingParameters parameters) {
    return String.valueOf(
        assertThrows(IOException.class, () -> SegmentAnything.open(parameters, 1)).getMessage());
  }

  @Test
  void aSoundFolderIsOpened() throws IOException {
    Files.copy(embedded.resolve("encoder.onnx"), folder.resolve("encoder.onnx"));
    try (SegmentAnything generator = SegmentAnything.open(parameters(), 1)) {
      generator.generate(new Frame(32, 32, new byte[3 * 32 * 32], new byte[32 * 32]));
    }
  }

  /** A graph that ends in what the decoder takes: one value, everywhere. */
  private Path writeEncoder(GraphProto.Builder graph, String value) throws IOException {
    ValueInfoProto made = encoder.getGraph().getOutput(0);
    TensorProto.Builder shape =
        TensorProto.newBuilder()
            .setName("shape")
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(4);
    made.getType()
        .getTensorType()
        .getShape()
        .getDimList()
        .forEach(dimension -> shape.addInt64Data(dimension.getDimValue()));
    graph
        .setName("g")
        .addInput(encoder.getGraph().getInput(0))
        .addOutput(made)
        .addInitializer(shape)
        .addNode(node("Expand", made.getName(), value, "shape"));
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    return Files.write(folder.resolve("encoder.onnx"), model.toByteArray());
  }

  private static NodeProto.Builder node(String operator, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node;
  }

  private static TensorProto number(String name, long value, int... sizes) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addInt64Data(value);
    for (int size : sizes) {
      tensor.addDims(size);
    }
    return tensor.build();
  }

  @Test
  void aTinyFileThatTakesGigabytesWhileItIsOpenedIsRefused() throws IOException {
    Path file =
        writeEncoder(
            GraphProto.newBuilder()
                .addInitializer(number("n", 1_500_000_000, 1))
                .addNode(node("ConstantOfShape", "big", "n"))
                .addNode(node("ReduceMax", "one", "big")),
            "one");
    assertTrue(Files.size(file) < 400, Files.size(file) + " bytes");
    assertEquals(
        file + bound() + " mask_generator.segment_anything.probe-memory allows more",
        refusal(parameters()));
  }

  @Test
  void aTinyFileThatTakesGigabytesWhenItRunsIsRefused() throws IOException {
    String image = encoder.getGraph().getInput(0).getName();
    AttributeProto.Builder toLong =
        AttributeProto.newBuilder()
            .setName("to")
            .setType(AttributeProto.AttributeType.INT)
            .setI(TensorProto.DataType.INT64_VALUE);
    AttributeProto.Builder flat =
        AttributeProto.newBuilder()
            .setName("keepdims")
            .setType(AttributeProto.AttributeType.INT)
            .setI(0);
    Path file =
        writeEncoder(
            GraphProto.newBuilder()
                .addInitializer(number("zero", 0))
                .addInitializer(number("n", 1_500_000_000))
                .addInitializer(number("row", -1, 1))
                .addNode(node("ReduceMax", "value", image).addAttribute(flat))
                .addNode(node("Cast", "whole", "value").addAttribute(toLong))
                .addNode(node("Mul", "nothing", "whole", "zero"))
                .addNode(node("Add", "size", "nothing", "n"))
                .addNode(node("Reshape", "sizes", "size", "row"))
                .addNode(node("ConstantOfShape", "big", "sizes"))
                .addNode(node("ReduceMax", "one", "big")),
            "one");
    String refusal = refusal(parameters());
    assertTrue(refusal.contains(bound()), refusal);
    assertTrue(refusal.startsWith(file.toString()), refusal);
  }

  @Test
  void aFileThatNeverComesBackIsRefused() throws IOException {
    ValueInfoProto.Builder flag = scalar("go", TensorProto.DataType.BOOL);
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(scalar("i", TensorProto.DataType.INT64))
            .addInput(flag)
            .addInput(scalar("v", TensorProto.DataType.FLOAT))
            .addNode(node("Identity", "on", "go"))
            .addNode(node("Identity", "w", "v"))
            .addOutput(scalar("on", TensorProto.DataType.BOOL))
            .addOutput(scalar("w", TensorProto.DataType.FLOAT));
    AttributeProto.Builder keep =
        AttributeProto.newBuilder()
            .setName("keepdims")
            .setType(AttributeProto.AttributeType.INT)
            .setI(0);
    writeEncoder(
        GraphProto.newBuilder()
            .addInitializer(number("times", Long.MAX_VALUE))
            .addNode(
                node("ReduceMax", "first", encoder.getGraph().getInput(0).getName())
                    .addAttribute(keep))
            .addNode(
                node("Loop", "last", "times", "", "first")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("body")
                            .setType(AttributeProto.AttributeType.GRAPH)
                            .setG(body))),
        "last");
    String refusal = refusal(Parameters.of(Map.of("folder", folder, "probe-seconds", 15)));
    assertTrue(refusal.contains(" takes more than 15 s to open and run once"), refusal);
  }

  private static ValueInfoProto.Builder scalar(String name, TensorProto.DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(TensorShapeProto.getDefaultInstance())));
  }

  @Test
  void networksWhoseResultsAreNotFiniteAreRefused() throws IOException {
    Path file = folder.resolve("encoder.onnx");
    Files.write(file, spoilt(encoder).toByteArray());
    String embeddings = refusal(parameters());
    assertTrue(embeddings.startsWith(file + " makes image_embeddings that are not"), embeddings);
    Files.copy(
        embedded.resolve("encoder.onnx"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    ModelProto decoder = ModelProto.parseFrom(Files.readAllBytes(embedded.resolve("decoder.onnx")));
    Path other = folder.resolve("decoder.onnx");
    Files.write(other, spoilt(decoder).toByteArray());
    String refusal = refusal(parameters());
    assertTrue(
        refusal.startsWith(other.toString()) && refusal.contains("that are not finite"), refusal);
  }

  /** Every float weight not a number. */
  private static ModelProto spoilt(ModelProto model) {
    ModelProto.Builder spoilt = model.toBuilder();
    for (TensorProto.Builder weight : spoilt.getGraphBuilder().getInitializerBuilderList()) {
      if (weight.getDataType() == TensorProto.DataType.FLOAT_VALUE && weight.hasRawData()) {
        ByteBuffer values =
            ByteBuffer.wrap(weight.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
          values.putFloat(Float.NaN);
        }
        weight.setRawData(ByteString.copyFrom(values.flip()));
      }
    }
    return spoilt.build();
  }
}
