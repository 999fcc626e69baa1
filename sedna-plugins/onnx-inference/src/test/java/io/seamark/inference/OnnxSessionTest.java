package io.seamark.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Weights;
import io.seamark.network.onnx.OnnxFile;
import io.seamark.network.onnx.OnnxHeader;
import io.seamark.network.onnx.SegmenterOnnx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxSessionTest {
  @TempDir Path folder = Path.of("");

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (long d : shape) {
      if (d < 0) {
        dims.addDimBuilder().setDimParam("n");
      } else {
        dims.addDimBuilder().setDimValue(d);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(dims)))
        .build();
  }

  /** y = x + w, for vectors of any length. */
  private static byte[] sum(TensorProto w) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(
            GraphProto.newBuilder()
                .setName("sum")
                .addNode(
                    NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("x")
                        .addInput("w")
                        .addOutput("y"))
                .addInput(value("x", -1))
                .addOutput(value("y", -1))
                .addInitializer(w))
        .build()
        .toByteArray();
  }

  private static TensorProto.Builder one() {
    return TensorProto.newBuilder().setName("w").setDataType(1).addDims(1);
  }

  private static byte[] plusHalf() {
    return sum(one().addFloatData(0.5f).build());
  }

  private static FloatBuffer direct(float... values) {
    return ByteBuffer.allocateDirect(4 * values.length)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer()
        .put(values)
        .flip();
  }

  @Test
  void namedInputsBecomeNamedOutputs() throws IOException {
    Path file = Files.write(folder.resolve("sum.onnx"), plusHalf());
    try (OnnxSession fromBytes = OnnxSession.open(plusHalf(), 1);
        OnnxSession fromFile = OnnxSession.open(file, 2)) {
      Files.delete(file);
      assertEquals(List.of(-1L), fromFile.inputs().get("x"));
      assertEquals(List.of("y"), List.copyOf(fromFile.outputs().keySet()));
      for (OnnxSession session : List.of(fromBytes, fromFile)) {
        FloatBuffer buffer = direct(1, 2, 3, 9);
        for (int n = 1; n <= 3; n++) {
          try (OnnxSession.Outputs outputs =
              session.run(OnnxSession.Input.floats("x", buffer.limit(n), n))) {
            assertArrayEquals(new long[] {n}, outputs.shape("y"));
            assertEquals(n + 0.5f, outputs.floats("y")[n - 1]);
          }
          assertEquals(0, buffer.position(), "the buffer can be used again");
        }
      }
    }
  }

  @Test
  void wrongInputsAreNamed() throws IOException {
    OnnxSession session = OnnxSession.open(plusHalf(), 1);
    try (session) {
      assertMessage(
          "the graph has no input 'z', its inputs are [x]",
          () -> session.run(OnnxSession.Input.floats("z", direct(1), 1)));
      assertMessage("0 inputs were given, but the graph needs [x]", session::run);
      assertMessage(
          "input 'x' has 2 elements, but its shape needs 3",
          () -> OnnxSession.Input.floats("x", direct(1, 2), 3));
      assertMessage(
          "input 'x' must lie in a direct buffer",
          () -> OnnxSession.Input.floats("x", FloatBuffer.allocate(1), 1));
      try (OnnxSession.Outputs outputs = session.run(OnnxSession.Input.floats("x", direct(1), 1))) {
        assertMessage(
            "the graph has no output 'q', its outputs are [y]", () -> outputs.floats("q"));
      }
    }
    session.close();
    assertThrows(
        IllegalStateException.class,
        () -> session.run(OnnxSession.Input.floats("x", direct(1), 1)));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  private static TensorProto elsewhere(String location) {
    return one()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../w.bin", "a/../../w.bin"})
  void weightsOutsideTheFolderAreRefused(String location) throws IOException {
    Path file = Files.write(folder.resolve("m.onnx"), sum(elsewhere(location)));
    IOException e = assertThrows(IOException.class, () -> OnnxSession.open(file, 1));
    assertEquals(
        file + " cannot be opened: weight 'w' would lie outside the file's folder, at " + location,
        e.getMessage());
    assertThrows(IOException.class, () -> OnnxSession.open(sum(elsewhere(location)), 1));
  }

  @Test
  void weightsThatALinkPutsOutsideTheFolderAreRefused(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.write(elsewhere.resolve("secret"), new byte[4]);
    Files.createSymbolicLink(folder.resolve("w.bin"), secret);
    Files.createSymbolicLink(folder.resolve("sub"), elsewhere);
    for (String location : List.of("w.bin", "sub/secret")) {
      Path file = Files.write(folder.resolve("m.onnx"), sum(elsewhere(location)));
      assertRefused(
          file, "weight 'w' would lie outside the file's folder, at " + location + ", a link");
    }
    // A link within the folder is no way out.
    Files.write(folder.resolve("real.bin"), new byte[4]);
    Files.createSymbolicLink(folder.resolve("inner.bin"), Path.of("real.bin"));
    Path file = Files.write(folder.resolve("m.onnx"), sum(elsewhere("inner.bin")));
    OnnxSession.open(file, 1).close();
  }

  private static TensorProto elsewhere(String location, String key, String value) {
    return elsewhere(location).toBuilder()
        .addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(value))
        .build();
  }

  @Test
  void weightsThatAreNotThereOrCutShortAreRefused() throws IOException {
    Path weights = folder.resolve("w.bin");
    Path file = folder.resolve("m.onnx");
    Files.write(file, sum(elsewhere("w.bin")));
    assertRefused(file, "weight 'w' should lie at " + weights + ", which does not exist");
    Files.createDirectory(weights);
    assertRefused(file, "weight 'w' should lie at " + weights + ", which is not a file");
    Files.delete(weights);
    Files.write(weights, new byte[3]);
    assertRefused(file, "weight 'w' needs 4 bytes from 0 on of " + weights + ", which has only 3");
    Files.write(weights, new byte[8]);
    Files.write(file, sum(elsewhere("w.bin", "offset", "5")));
    assertRefused(file, "weight 'w' needs 4 bytes from 5 on of " + weights + ", which has only 8");
    Files.write(file, sum(elsewhere("w.bin", "offset", "9223372036854775807")));
    assertRefused(file, "which has only 8");
    Files.write(file, sum(elsewhere("w.bin", "offset", "-4")));
    assertRefused(file, "weight 'w' has offset '-4', but it must be a whole number from 0");
    Files.write(file, sum(elsewhere("w.bin", "length", "8")));
    assertRefused(file, "weight 'w' of shape [1] needs 4 bytes, but names 8");
    Files.write(file, sum(elsewhere("")));
    assertRefused(file, "weight 'w' would lie outside the file's folder, at ");
    // The engine's own sign for an address in memory, which no file may name.
    Files.write(file, sum(elsewhere("*/_ORT_MEM_ADDR_/*", "offset", "4096")));
    assertRefused(file, "_ORT_MEM_ADDR_/*, which does not exist");
    Files.write(file, sum(elsewhere("w\0.bin")));
    assertRefused(file, "weight 'w' would lie at 'w?.bin', which is no path");
  }

  @Test
  void weightsThatSayTheyAreLargerThanTheyAreAreRefused() throws IOException {
    long huge = 1L << 40;
    Path file = folder.resolve("m.onnx");
    Files.write(file, sum(one().clearDims().addDims(huge).addFloatData(1).build()));
    assertRefused(
        file,
        "weight 'w' of shape [" + huge + "] needs at least " + 4 * huge + " bytes, but holds 4");
    Files.write(file, sum(one().clearDims().addDims(huge).addDims(huge).build()));
    assertRefused(file, "more values than can be counted");
    Files.write(file, sum(one().clearDims().addDims(-1).addFloatData(1).build()));
    assertRefused(file, "weight 'w' has shape [-1], but sizes must be 0 or more");
    ByteString raw = ByteString.copyFrom(new byte[4]);
    Files.write(file, sum(one().clearDims().addDims(2).setRawData(raw).build()));
    assertRefused(file, "weight 'w' of shape [2] needs 8 bytes, but holds 4");
    Files.write(file, sum(one().setDataType(99).setRawData(raw).build()));
    assertRefused(file, "weight 'w' has element type 99, which is not known");
    TensorProto.Builder deep = one().clearDims().setRawData(raw);
    for (int i = 0; i < 65; i++) {
      deep.addDims(1);
    }
    Files.write(file, sum(deep.build()));
    assertRefused(file, "weight 'w' has more than 64 dimensions");
    String name = "w\n" + "x".repeat(500);
    Files.write(file, sum(one().setName(name).clearDims().addDims(7).build()));
    assertRefused(file, "weight 'w?" + "x".repeat(118) + "...' of shape [7]");
  }

  @Test
  void inputsOfHugeSizeAreRefused() throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(plusHalf()).toBuilder();
    model.getGraphBuilder().setInput(0, value("x", 1, 3, 100_000, 100_000));
    Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
    assertRefused(
        file, "tensor 'x' has shape [1, 3, 100000, 100000], but must have sizes of 0 or more");
  }

  @Test
  void weightsWithinNodesAndFunctionsAreChecked() throws IOException {
    TensorProto away = elsewhere("../w.bin");
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName("value").setT(away);
    NodeProto.Builder constant =
        NodeProto.newBuilder().setOpType("Constant").addOutput("c").addAttribute(attribute);
    ModelProto.Builder inNode = ModelProto.parseFrom(plusHalf()).toBuilder();
    inNode.getGraphBuilder().addNode(constant);
    ModelProto.Builder inBody = ModelProto.parseFrom(plusHalf()).toBuilder();
    inBody
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("If")
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("then_branch")
                        .setG(GraphProto.newBuilder().addNode(constant))));
    ModelProto.Builder inFunction = ModelProto.parseFrom(plusHalf()).toBuilder();
    inFunction.addFunctions(FunctionProto.newBuilder().setName("f").addNode(constant));
    for (ModelProto.Builder model : List.of(inNode, inBody, inFunction)) {
      Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
      assertRefused(file, "weight 'w' would lie outside the file's folder, at ../w.bin");
    }
    ModelProto.Builder sparse = ModelProto.parseFrom(plusHalf()).toBuilder();
    sparse.getGraphBuilder().addSparseInitializer(SparseTensorProto.newBuilder().addDims(1L << 40));
    Path file = Files.write(folder.resolve("m.onnx"), sparse.build().toByteArray());
    assertRefused(file, "it has sparse weights, but they must be dense");
  }

  private static void assertRefused(Path file, String rule) {
    // By the check alone: the engine never sees such a file.
    IOException e = assertThrows(IOException.class, () -> OnnxHeader.of(file));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + " cannot be opened: "), message);
    assertTrue(message.contains(rule), message);
    assertEquals(
        message, assertThrows(IOException.class, () -> OnnxSession.open(file, 1)).getMessage());
    assertEquals(
        message, assertThrows(IOException.class, () -> OnnxFile.read(file, 1000)).getMessage());
  }

  /** A field with a tag and content of the caller's making. */
  private static byte[] field(int number, int wire, byte... content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int tag = number << 3 | wire;
    for (; tag > 0x7F; tag >>>= 7) {
      bytes.write((tag & 0x7F) | 0x80);
    }
    bytes.write(tag);
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }

  private static byte[] nested(int number, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int length = content.length;
    for (; length > 0x7F; length >>>= 7) {
      bytes.write((length & 0x7F) | 0x80);
    }
    bytes.write(length);
    bytes.writeBytes(content);
    return field(number, 2, bytes.toByteArray());
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private void assertRefused(byte[] content, String rule) throws IOException {
    Path file = Files.write(folder.resolve("m.onnx"), content);
    assertRefused(file, rule);
    IOException e = assertThrows(IOException.class, () -> OnnxSession.open(content, 1));
    assertTrue(String.valueOf(e.getMessage()).contains(rule), e.getMessage());
  }

  @Test
  void whatTwoParsersCouldReadInTwoWaysIsRefused() throws IOException {
    byte[] sound = plusHalf();
    OnnxSession.open(sound, 1).close();
    // Fields that ONNX does not know are passed over by every parser.
    OnnxSession.open(joined(sound, field(99, 0, (byte) 1), nested(98, new byte[3])), 1).close();
    assertRefused(
        joined(sound, field(7, 0, (byte) 0)), "its field ModelProto.graph has wire type 0");
    assertRefused(joined(sound, field(1, 2, (byte) 0)), "ModelProto.ir_version has wire type 2");
    assertRefused(
        joined(sound, nested(7, new byte[0])), "its field ModelProto.graph is given twice");
    assertRefused(joined(sound, field(99, 3), field(99, 4)), "ModelProto.99 is a group");
    assertRefused(joined(sound, field(8, 3), field(8, 4)), "ModelProto.opset_import is a group");
    byte ff = (byte) 0xFF;
    byte high = (byte) 0x80;
    assertRefused(
        joined(sound, field(6, 2, high, high, high, high, high, (byte) 0)),
        "ModelProto.doc_string has a length that no file can have");
    assertRefused(
        joined(sound, field(6, 2, ff, ff, ff, ff, ff, ff, ff, ff, ff, (byte) 1)),
        "has a length that no file can have");
    assertRefused(
        joined(sound, new byte[] {(byte) 0xB2, high, high, high, high, 0, 0}),
        "has a tag of more than 5 bytes");
    // The same within: a weight's type, given as bytes, and its shape, given as fixed numbers.
    byte[] operators = nested(8, field(2, 0, (byte) 17));
    assertRefused(
        joined(operators, nested(7, nested(5, nested(2, new byte[1])))),
        "its field TensorProto.data_type has wire type 2");
    assertRefused(
        joined(operators, nested(7, nested(5, field(1, 1, new byte[8])))),
        "its field TensorProto.dims has wire type 1, but must have 0");
    assertRefused(
        joined(
            operators,
            nested(7, nested(5, joined(nested(9, new byte[4]), nested(9, new byte[2]))))),
        "its field TensorProto.raw_data is given twice");
    assertRefused(
        joined(operators, nested(7, nested(1, nested(5, field(5, 5, new byte[4]))))),
        "its field AttributeProto.t has wire type 5");
  }

  @Test
  void graphsWithinGraphsHaveABound() throws IOException {
    byte[] graph = new byte[0];
    for (int i = 0; i < 60; i++) {
      // An attribute's graph, in a node, in a graph.
      graph = nested(1, nested(5, nested(6, graph)));
    }
    assertRefused(
        joined(nested(8, field(2, 0, (byte) 17)), nested(7, graph)),
        "it is nested deeper than 100 messages");
  }

  @Test
  void weightsThatNameOnePlaceManyTimesAreRefused() throws IOException {
    Files.write(folder.resolve("w.bin"), new byte[4]);
    ModelProto.Builder model = ModelProto.parseFrom(sum(elsewhere("w.bin"))).toBuilder();
    for (int i = 0; i < 9; i++) {
      model.getGraphBuilder().addInitializer(elsewhere("w.bin").toBuilder().setName("w" + i));
    }
    Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
    assertRefused(
        file, "its weights outside the file name 40 bytes, but the files they lie in have 4");
  }

  @Test
  void filesOfOtherKindsAreNamed() throws IOException {
    Path pickle = Files.write(folder.resolve("m.onnx"), new byte[] {(byte) 0x80, 2, 99, 0, 0, 0});
    assertRefused(
        pickle,
        "it is a PyTorch checkpoint, which is a pickle and never read here, but must be an ONNX"
            + " graph");
    // The engine's own format, which its loader would tell by itself.
    byte[] own = new byte[64];
    own[0] = 32;
    System.arraycopy("ORTM".getBytes(StandardCharsets.US_ASCII), 0, own, 4, 4);
    Path ort = Files.write(folder.resolve("m.ort"), own);
    assertThrows(IOException.class, () -> OnnxSession.open(ort, 1));
  }

  @Test
  void halfPrecisionIsGivenAndReadAsSingle() throws IOException {
    ModelProto.Builder model = ModelProto.parseFrom(plusHalf()).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    for (ValueInfoProto.Builder end :
        List.of(graph.getInputBuilder(0), graph.getOutputBuilder(0))) {
      end.getTypeBuilder().getTensorTypeBuilder().setElemType(10);
    }
    byte[] half = {0, 0x38};
    graph.setInitializer(0, one().setDataType(10).setRawData(ByteString.copyFrom(half)));
    try (OnnxSession session = OnnxSession.open(model.build().toByteArray(), 1);
        OnnxSession.Outputs outputs =
            session.run(OnnxSession.Input.floats("x", direct(1.5f, -3), 2))) {
      assertEquals("float16", session.type("x"));
      assertEquals("undefined", session.type("z"));
      assertArrayEquals(new float[] {2, -2.5f}, outputs.floats("y"));
    }
  }

  @Test
  void aSmallFileIsReadWhole() throws IOException {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(4, 0.5f).array();
    Files.write(folder.resolve("w.bin"), bytes);
    Path file = Files.write(folder.resolve("m.onnx"), sum(elsewhere("w.bin", "offset", "4")));
    ModelProto model = OnnxFile.read(file, 1000);
    try (OnnxSession session = OnnxSession.open(model.toByteArray(), 1);
        OnnxSession.Outputs outputs = session.run(OnnxSession.Input.floats("x", direct(1), 1))) {
      assertEquals(1.5f, outputs.floats("y")[0]);
    }
    long size = Files.size(file) + 4;
    assertEquals(
        file + " has " + size + " bytes with its weights, but at most 9 can be read",
        assertThrows(IOException.class, () -> OnnxFile.read(file, 9)).getMessage());
  }

  @Test
  void weightsBesideTheFileAreFollowed() throws IOException {
    byte[] half = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.5f).array();
    Files.write(folder.resolve("w.bin"), half);
    Path file = Files.write(folder.resolve("m.onnx"), sum(elsewhere("w.bin")));
    try (OnnxSession session = OnnxSession.open(file, 1);
        OnnxSession.Outputs outputs = session.run(OnnxSession.Input.floats("x", direct(1), 1))) {
      assertEquals(1.5f, outputs.floats("y")[0]);
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path gone = folder.resolve("gone.onnx");
    assertEquals(
        "ONNX file " + gone + " does not exist or is not a file",
        assertThrows(IOException.class, () -> OnnxSession.open(gone, 1)).getMessage());
    byte[] sound = sum(one().setRawData(ByteString.copyFrom(new byte[4])).build());
    for (int length = 0; length < sound.length; length++) {
      Path file = Files.write(folder.resolve("cut.onnx"), java.util.Arrays.copyOf(sound, length));
      int cut = length;
      assertThrows(IOException.class, () -> OnnxHeader.of(file), () -> "cut at " + cut);
    }
    Path text = Files.writeString(folder.resolve("text.onnx"), "hello, this is no graph");
    IOException e = assertThrows(IOException.class, () -> OnnxSession.open(text, 1));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith(text + " cannot be opened: it"), e.getMessage());
  }

  @Test
  void theSegmenterRunsInOneProcessWithOthers() throws IOException {
    Weights weights = PromptableSegmenter.initial(2, 64);
    float[] embedding;
    long[] shape;
    try (OnnxSession encoder =
        OnnxSession.open(SegmenterOnnx.exportEncoder(weights).toByteArray(), 1)) {
      int side = Math.toIntExact(encoder.inputs().getOrDefault("images", List.of()).get(2));
      try (OnnxSession.Outputs outputs =
          encoder.run(
              OnnxSession.Input.floats(
                  "images", direct(new float[3 * side * side]), 1, 3, side, side))) {
        embedding = outputs.floats("image_embeddings");
        shape = outputs.shape("image_embeddings");
      }
    }
    try (OnnxSession decoder =
            OnnxSession.open(SegmenterOnnx.exportDecoder(weights).toByteArray(), 1);
        OnnxSession.Outputs outputs =
            decoder.run(
                OnnxSession.Input.floats("image_embeddings", direct(embedding), shape),
                OnnxSession.Input.floats("point_coords", direct(5, 9, 0, 0), 1, 2, 2),
                OnnxSession.Input.floats("point_labels", direct(1, -1), 1, 2),
                OnnxSession.Input.floats("mask_input", direct(new float[256]), 1, 1, 16, 16),
                OnnxSession.Input.floats("has_mask_input", direct(0), 1),
                OnnxSession.Input.floats("orig_im_size", direct(40, 64), 2))) {
      assertArrayEquals(new long[] {1, 4, 40, 64}, outputs.shape("masks"));
      assertEquals(4, outputs.floats("iou_predictions").length);
    }
  }
}
