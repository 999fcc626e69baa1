package io.seamark.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeModelTest {
  @TempDir Path folder = Path.of("");

  @Test
  void factsTravelWithTheWeights() throws IOException {
    Weights weights = RfNetWeights.initial(3, 3, 4, true);
    EdgeModel model =
        new EdgeModel(
            weights,
            new ClassSet(List.of("road", "sky", "ö")),
            new Normalisation(List.of(0.1, 0.2, 0.3), List.of(1.0, 2.0, 3.0)),
            true);
    Path path = folder.resolve("m.safetensors");
    model.save(path, Precision.F32);

    EdgeModel read = EdgeModel.load(path);

    assertEquals(model.classes(), read.classes());
    assertEquals(model.normalisation(), read.normalisation());
    assertTrue(read.depth());
    assertArrayEquals(
        weights.get("logits.conv.weight").values(),
        read.weights().get("logits.conv.weight").values());
  }

  @Test
  void checkpointsWithoutFactsGetTheUsualOnes() throws IOException {
    Path path = folder.resolve("m.safetensors");
    Weights weights = RfNetWeights.initial(3, 11, 2, false);
    Safetensors.write(path, new Weights(weights.tensors(), Map.of("format", "pt")), Precision.F16);
    EdgeModel read = EdgeModel.load(path);
    assertEquals(ClassSet.CAMVID, read.classes());
    assertEquals(Normalisation.IMAGENET, read.normalisation());
  }

  @Test
  void otherFilesAreRefusedInOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("photo.jpg"), "this is a holiday photo");
    assertMessage(
        text, " is not an RFNet model: it is not a safetensors file: its header would be");
    Path gone = folder.resolve("gone");
    assertEquals(
        "edge model " + gone + " does not exist or is not a file",
        assertThrows(IOException.class, () -> EdgeModel.load(gone)).getMessage());

    Map<String, Tensor> tensors =
        new LinkedHashMap<>(RfNetWeights.initial(1, 2, 2, false).tensors());
    Tensor last = tensors.remove("logits.conv.weight");
    assertMessage(write(tensors), " is not an RFNet model: the weights lack 'logits.conv.weight'");
    tensors.put("logits.conv.weight", new Tensor(List.of(1, 2, 6, 6), new float[72]));
    assertMessage(write(tensors), "'logits.conv.weight' has shape [1, 2, 6, 6], but [1, 4, 6, 6]");
    tensors.put("logits.conv.weight", new Tensor(last.shape(), last.values()));
    EdgeModel.load(write(tensors));
  }

  @Test
  void headsOfAnotherKindAreRefused() throws IOException {
    Weights headed = RfNetWeights.withAppealNet(RfNetWeights.initial(1, 2, 2, false), 1);
    EdgeModel.load(write(headed.tensors()));
    String hidden = RfNet.APPEALNET + "hidden.weight";
    int width = headed.get(hidden).shape().get(0);
    int inputs = RfNet.APPEALNET_INPUTS + 2;
    Map<String, Tensor> tensors = new LinkedHashMap<>(headed.tensors());
    tensors.put(hidden, new Tensor(List.of(width, inputs, 1, 1), new float[width * inputs]));
    assertMessage(write(tensors), "'" + hidden + "' has shape");
  }

  @Test
  void aPrefixThatAllNamesShareIsTakenOffAndSaid() throws IOException {
    Map<String, Tensor> plain = RfNetWeights.initial(1, 2, 2, true).tensors();
    for (String prefix :
        List.of("module.", "model.", "_orig_mod.", "state_dict.module.", "a/b/", "net.encoder.")) {
      Path path = write(prefixed(plain, prefix));
      EdgeModel read = EdgeModel.load(path);
      assertEquals(plain.keySet(), read.weights().tensors().keySet());
      assertTrue(read.depth());
      try (SafetensorsFile file = EdgeModel.open(path)) {
        assertEquals(prefix, file.prefix());
        EdgeModel.describe(path, file);
      }
    }
    try (SafetensorsFile file = EdgeModel.open(write(plain))) {
      assertEquals("", file.prefix());
    }
  }

  @Test
  void namesOfWhichOnlySomeHaveThePrefixAreRefused() throws IOException {
    Map<String, Tensor> plain = RfNetWeights.initial(1, 2, 2, false).tensors();
    Map<String, Tensor> mixed = prefixed(plain, "module.");
    mixed.put("best_pred", new Tensor(List.of(1), new float[1]));
    assertMessage(
        write(mixed),
        " is not an RFNet model: its names begin with 'module.', but 'best_pred' does not: leave"
            + " that out");
    Map<String, Tensor> two = prefixed(plain, "student.");
    two.putAll(prefixed(plain, "teacher."));
    assertMessage(
        write(two),
        "it holds several networks, whose names begin with student., teacher.: save one");
  }

  private static Map<String, Tensor> prefixed(Map<String, Tensor> tensors, String prefix) {
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> renamed.put(prefix + name, tensor));
    return renamed;
  }

  @Test
  void weightsThatAreNotFiniteAreNamed() throws IOException {
    Map<String, Tensor> tensors = RfNetWeights.initial(1, 2, 2, false).tensors();
    String name = "backbone.conv1.weight";
    assertMessage(
        spoilt(tensors, name, Float.NaN), ": " + name + " has 1 value that is not a number");
    assertMessage(
        spoilt(tensors, name, Float.NaN, Float.NaN, Float.POSITIVE_INFINITY),
        ": " + name + " has 2 values that are no numbers and 1 value that is infinite in single");
    assertMessage(
        spoilt(prefixed(tensors, "module."), "module." + name, Float.NEGATIVE_INFINITY),
        ": module." + name + " has 1 value that is infinite in single precision");
    assertMessage(
        spoilt(tensors, "logits.norm.running_var", Float.NaN), ": logits.norm.running_var has 1");
  }

  /** Writes weights, and then over the first values of one, which the writer itself refuses. */
  private Path spoilt(Map<String, Tensor> tensors, String name, float... values)
      throws IOException {
    Path path = write(tensors);
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) buffer.getLong(0);
    String json = new String(bytes, 8, header, StandardCharsets.UTF_8);
    Matcher at =
        Pattern.compile("\"" + Pattern.quote(name) + "\":.*?\"data_offsets\":\\[(\\d+),")
            .matcher(json);
    assertTrue(at.find(), json);
    for (int i = 0; i < values.length; i++) {
      buffer.putFloat(8 + header + Integer.parseInt(at.group(1)) + 4 * i, values[i]);
    }
    return Files.write(path, bytes);
  }

  @Test
  void valuesThatAreNotFiniteAreNotWritten() {
    for (Precision precision : Precision.values()) {
      for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
        Weights weights =
            new Weights(Map.of("w", new Tensor(List.of(1), new float[] {value})), Map.of());
        assertEquals(
            "'w' holds " + value + ", but weights must be finite",
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Safetensors.write(folder.resolve("w"), weights, precision))
                .getMessage());
      }
    }
  }

  @Test
  void modelFilesOfOthersAreNamedWithTheRemedy() throws IOException {
    assertForeign(
        zip("archive/data.pkl"), "a PyTorch checkpoint, which is a pickle and never read");
    assertForeign(new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 108}, "a PyTorch checkpoint");
    assertForeign(zip("arr_0.npy"), "a NumPy file");
    assertForeign(zip("metadata.json"), "a Keras or HDF5 file");
    assertForeign(zip("anything"), "a zip archive");
    assertForeign(
        new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10, 26, 10, 0, 0}, "a Keras or HDF5 file");
    assertForeign(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0}, "a NumPy file");
    assertForeign("GGUF\3\0\0\0\0\0\0\0", "a GGUF file");
    assertForeign("\34\0\0\0TFL3\0\0\0\0", "a TensorFlow Lite model");
    assertForeign(new byte[] {8, 8, 18, 4, 't', 'e', 's', 't', 0, 0}, "an ONNX graph");
    assertForeign(new byte[] {31, (byte) 139, 8, 0, 0, 0, 0, 0, 0, 0, 0}, "a compressed file");
    assertForeign("<!DOCTYPE html><html>", "an HTML page");
    assertForeign("version https://git-lfs", "a pointer of Git LFS");
    assertForeign("{\"weight_map\": {}}", "JSON text");
  }

  private void assertForeign(String text, String named) throws IOException {
    assertForeign(text.getBytes(StandardCharsets.ISO_8859_1), named);
  }

  private void assertForeign(byte[] content, String named) throws IOException {
    Path file = Files.write(folder.resolve("model.pth"), content);
    assertMessage(file, " is not an RFNet model: it is " + named);
  }

  private static byte[] zip(String entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(new byte[100]);
    }
    return bytes.toByteArray();
  }

  private Path write(Map<String, Tensor> tensors) throws IOException {
    Path path = folder.resolve("bad.safetensors");
    Safetensors.write(path, new Weights(tensors, Map.of()), Precision.F32);
    return path;
  }

  private static void assertMessage(Path path, String part) {
    String message =
        String.valueOf(assertThrows(IOException.class, () -> EdgeModel.load(path)).getMessage());
    assertTrue(message.startsWith(path.toString()) && message.contains(part), message);
  }

  @Test
  void publishedWidthsHaveThePublishedNumberOfParameters() {
    Weights weights = RfNetWeights.initial(1, 19, 64, true);
    long learnt =
        weights.tensors().entrySet().stream()
            .filter(e -> !e.getKey().contains("running_"))
            .mapToLong(e -> e.getValue().values().length)
            .sum();
    assertEquals(23_684_988, learnt);
    assertTrue(RfNet.check(weights));
  }

  @Test
  void equalSeedsGiveEqualWeights() {
    String name = "backbone.layer3_d.1.conv2.weight";
    assertArrayEquals(
        RfNetWeights.initial(5, 4, 8, true).get(name).values(),
        RfNetWeights.initial(5, 4, 8, true).get(name).values());
  }

  @Test
  void valuesGrowWithTheFrameAndTheDepthBranch() {
    Weights colour = RfNetWeights.initial(5, 4, 8, false);
    Weights depth = RfNetWeights.initial(5, 4, 8, true);
    long small = RfNet.values(colour, 128, 64);
    // The first convolution alone, at half of each side.
    assertTrue(small > 8L * 64 * 32, small + " values");
    double ratio = (double) RfNet.values(colour, 1024, 512) / small;
    assertEquals(64, ratio, 4);
    assertTrue(RfNet.values(depth, 128, 64) > 1.5 * small);
    // Of the largest frame it is still a number.
    assertTrue(RfNet.values(depth, 16_384, 16_384) > Integer.MAX_VALUE);
  }
}
