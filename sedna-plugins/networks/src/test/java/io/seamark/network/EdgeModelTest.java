package io.seamark.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
