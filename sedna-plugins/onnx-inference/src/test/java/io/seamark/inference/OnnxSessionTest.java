package io.seamark.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.seamark.network.PromptableSegmenter;
import io.seamark.network.Weights;
import io.seamark.network.onnx.SegmenterOnnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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
        file + " cannot be opened: its weights would lie outside its folder, at " + location,
        e.getMessage());
    assertThrows(IOException.class, () -> OnnxSession.open(sum(elsewhere(location)), 1));
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
      assertThrows(IOException.class, () -> OnnxSession.open(file, 1).close(), "cut at " + length);
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
    try (OnnxSession encoder =
        OnnxSession.open(SegmenterOnnx.exportEncoder(weights).toByteArray(), 1)) {
      int side = Math.toIntExact(encoder.inputs().getOrDefault("images", List.of()).get(2));
      try (OnnxSession.Outputs outputs =
          encoder.run(
              OnnxSession.Input.floats(
                  "images", direct(new float[3 * side * side]), 1, 3, side, side))) {
        embedding = outputs.floats("image_embeddings");
      }
    }
    try (OnnxSession decoder =
            OnnxSession.open(SegmenterOnnx.exportDecoder(weights).toByteArray(), 1);
        OnnxSession.Outputs outputs =
            decoder.run(
                OnnxSession.Input.floats("image_embeddings", direct(embedding), 1, 64, 4, 4),
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
