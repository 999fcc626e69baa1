package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.street.StreetModels;
import io.seamark.unknown.segment.Prompt.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded segmenter's weights in the signatures of other exporters give its masks. */
class ModelSignaturesTest {
  @TempDir static Path folder = Path.of("");

  private static final Frame FRAME = street();
  private static ModelProto encoder = ModelProto.getDefaultInstance();
  private static ModelProto decoder = ModelProto.getDefaultInstance();
  private static int size;
  private static int channels;
  private static List<SegmentMask> expected = List.of();

  @BeforeAll
  static void theEmbeddedSegmentersMasks() throws IOException {
    Path embedded = StreetModels.segmenter(folder.resolve("cache"));
    encoder = ModelProto.parseFrom(Files.readAllBytes(embedded.resolve("encoder.onnx")));
    decoder = ModelProto.parseFrom(Files.readAllBytes(embedded.resolve("decoder.onnx")));
    size = (int) dimension(encoder, 2);
    channels = (int) dimension(decoder, 1);
    expected = masks(embedded);
    assertTrue(expected.size() >= 4, expected.size() + " masks");
  }

  private static long dimension(ModelProto model, int axis) {
    return model
        .getGraph()
        .getInput(0)
        .getType()
        .getTensorType()
        .getShape()
        .getDim(axis)
        .getDimValue();
  }

  /** Sky, road, houses and something in front of them. */
  private static Frame street() {
    int width = 160;
    int height = 120;
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int[] colour = y < 40 ? new int[] {120, 170, 230} : new int[] {90, 90, 95};
        if (y >= 20 && y < 70 && (x < 50 || x > 110)) {
          colour = new int[] {150, 90, 70};
        }
        if (y >= 60 && y < 95 && x >= 65 && x < 100) {
          colour = new int[] {200, 30, 30};
        }
        for (int c = 0; c < 3; c++) {
          rgb[3 * (y * width + x) + c] = (byte) colour[c];
        }
      }
    }
    return new Frame(width, height, rgb, new byte[width * height]);
  }

  private static Path model(String encoderName, ModelProto e, String decoderName, ModelProto d)
      throws IOException {
    Path made = folder.resolve(UUID.randomUUID().toString());
    Files.createDirectories(made.resolve(encoderName).getParent());
    Files.write(made.resolve(encoderName), e.toByteArray());
    Files.write(made.resolve(decoderName), d.toByteArray());
    return made;
  }

  private static Path official(ModelProto e, ModelProto d) throws IOException {
    return model("encoder.onnx", e, "decoder.onnx", d);
  }

  private static List<SegmentMask> masks(Path model) throws IOException {
    Files.writeString(
        model.resolve(GeneratorFile.NAME),
        "{\"pred_iou_thresh\": 0, \"stability_score_thresh\": 0, \"box_nms_thresh\": 0.9,"
            + " \"points_per_side\": 5}");
    try (SegmentAnything generator = SegmentAnything.open(Parameters.ofFolder(model), 1)) {
      return generator.generate(FRAME).masks();
    }
  }

  private static void assertExpected(Path model, double tolerance) throws IOException {
    List<SegmentMask> found = new ArrayList<>(masks(model));
    assertEquals(expected.size(), found.size());
    for (SegmentMask wanted : expected) {
      SegmentMask nearest =
          found.stream()
              .max((a, b) -> Double.compare(iou(a, wanted), iou(b, wanted)))
              .orElseThrow();
      assertTrue(iou(nearest, wanted) >= 1 - tolerance, "IoU " + iou(nearest, wanted));
      assertEquals(wanted.predictedIou(), nearest.predictedIou(), tolerance);
      found.remove(nearest);
    }
  }

  private static double iou(SegmentMask a, SegmentMask b) {
    BitSet both = (BitSet) a.pixels().clone();
    both.and(b.pixels());
    BitSet either = (BitSet) a.pixels().clone();
    either.or(b.pixels());
    // Without thresholds a mask of no pixel is kept too.
    return either.isEmpty() ? 1 : (double) both.cardinality() / either.cardinality();
  }

  @Test
  void withoutTheOriginalSize() throws IOException {
    ModelProto five = Variants.fiveInputs(decoder);
    assertEquals(5, five.getGraph().getInputCount());
    assertExpected(official(encoder, five), 1e-4);
  }

  @Test
  void sizesThatNeitherGraphStates() throws IOException {
    ModelProto openEncoder = Variants.openEmbeddings(encoder);
    ModelProto openDecoder = Variants.openEmbeddings(decoder);
    assertExpected(official(openEncoder, openDecoder), 1e-4);
  }

  @Test
  void edgeSamsThreeInputs() throws IOException {
    assertExpected(
        model(
            "edge_sam_3x_encoder.onnx",
            encoder,
            "edge_sam_3x_decoder.onnx",
            Variants.edgeSam(decoder, size / 4)),
        1e-4);
  }

  @Test
  void aFixedNumberOfPoints() throws IOException {
    assertExpected(official(encoder, Variants.fixedPoints(decoder, 2)), 1e-4);
    // More padding is more tokens, and none is one less: other masks, but masks.
    for (int points : List.of(1, 5)) {
      List<SegmentMask> found = masks(official(encoder, Variants.fixedPoints(decoder, points)));
      assertFalse(found.isEmpty(), points + " points");
    }
  }

  @Test
  void moreThanTheFixedNumberOfPointsIsRefused() throws IOException {
    Prompt two = new Prompt(List.of(new Point(80, 75, true), new Point(20, 10, false)), null);
    Prompt box = Prompt.around(new Box(65, 60, 35, 35));
    Path open = official(encoder, decoder);
    Path fixed = official(encoder, Variants.fixedPoints(decoder, 3));
    for (Prompt fits : List.of(Prompt.at(80, 75), two, box)) {
      assertEquals(1, prompt(fixed, fits).size());
    }
    // With as many points as the graph fixes there is no padding, so the masks are the same.
    assertEquals(
        prompt(open, two).get(0).get(0).pixels(), prompt(fixed, two).get(0).get(0).pixels());
    Prompt both = new Prompt(two.points(), box.box());
    assertEquals(1, prompt(open, both).size());
    assertMentions(
        assertThrows(IllegalArgumentException.class, () -> prompt(fixed, both)),
        "has 4 points, the corners of a box among them, but this SAM's decoder was exported for 3");
  }

  private static List<List<SegmentMask>> prompt(Path model, Prompt prompt) throws IOException {
    try (SegmentAnything generator = SegmentAnything.open(Parameters.ofFolder(model), 1)) {
      return generator.prompt(FRAME, List.of(prompt));
    }
  }

  @Test
  void oneMaskOnly() throws IOException {
    List<SegmentMask> found = masks(official(encoder, Variants.singleMask(decoder)));
    assertFalse(found.isEmpty());
    for (SegmentMask mask : found) {
      assertTrue(
          expected.stream()
              .anyMatch(w -> iou(w, mask) > 0.7 && w.predictedIou() >= mask.predictedIou() - 1e-4),
          "no mask of the whole decoder is near one of the single ones");
    }
    assertEquals(expected.get(0).predictedIou(), found.get(0).predictedIou(), 1e-4);
  }

  @Test
  void huggingFacesPair() throws IOException {
    ModelProto vision = Variants.visionEncoder(encoder, size, channels);
    for (boolean labels : List.of(true, false)) {
      ModelProto theirs = Variants.promptEncoderMaskDecoder(decoder, size / 4, channels, labels);
      assertExpected(
          model("vision_encoder.onnx", vision, "prompt_encoder_mask_decoder.onnx", theirs), 1e-3);
    }
  }

  @Test
  void huggingFacesPair_takesPointsButNoBox() throws IOException {
    ModelProto vision = Variants.visionEncoder(encoder, size, channels);
    ModelProto theirs = Variants.promptEncoderMaskDecoder(decoder, size / 4, channels, true);
    Path pair = model("vision_encoder.onnx", vision, "prompt_encoder_mask_decoder.onnx", theirs);
    Prompt one = Prompt.at(80, 75);
    List<SegmentMask> wanted = prompt(official(encoder, decoder), one).get(0);
    List<SegmentMask> found = prompt(pair, one).get(0);
    assertEquals(3, found.size());
    for (int i = 0; i < 3; i++) {
      assertTrue(iou(found.get(i), wanted.get(i)) > 0.999);
    }
    // Theirs has no mask of its own for several points, so the best of the three is taken.
    Prompt two = new Prompt(List.of(new Point(80, 75, true), new Point(20, 10, false)), null);
    assertEquals(1, prompt(pair, two).get(0).size());
    Prompt box = Prompt.around(new Box(65, 60, 35, 35));
    assertMentions(
        assertThrows(IllegalArgumentException.class, () -> prompt(pair, box)),
        "takes points only, but a prompt has a box: give points");
    BitSet marked = new BitSet();
    marked.set(75 * 160 + 80);
    MaskPrompt mask = new MaskPrompt.Pixels(160, 120, marked);
    assertMentions(
        assertThrows(
            IllegalArgumentException.class,
            () -> prompt(pair, new Prompt(one.points(), null, mask))),
        "takes no mask prompts, since nothing in it reads an input mask_input: give points or a box,"
            + " or take the official decoder export");
  }

  @Test
  void huggingFacesPair_belowOnnx_byVariant() throws IOException {
    ModelProto vision = Variants.visionEncoder(encoder, size, channels);
    ModelProto theirs = Variants.promptEncoderMaskDecoder(decoder, size / 4, channels, true);
    Path model =
        model(
            "onnx/vision_encoder_quantized.onnx",
            vision,
            "onnx/prompt_encoder_mask_decoder_quantized.onnx",
            theirs);
    assertExpected(model, 1e-3);
    assertEquals("quantized", variantOf(SamFolder.find(model, "quantized")));
    assertMentions(
        assertThrows(IOException.class, () -> SamFolder.find(model, "fp16")),
        "has no variant 'fp16', only [quantized]");
    Files.copy(
        model.resolve("onnx/vision_encoder_quantized.onnx"),
        model.resolve("onnx/vision_encoder_int8.onnx"));
    Files.copy(
        model.resolve("onnx/prompt_encoder_mask_decoder_quantized.onnx"),
        model.resolve("onnx/prompt_encoder_mask_decoder.onnx"));
    assertMentions(
        assertThrows(IOException.class, () -> SamFolder.find(model, "")),
        "has several variants, [int8, quantized]: choose one with"
            + " mask_generator.segment_anything.variant");
    // An encoder without a decoder of its own takes the full one.
    assertEquals(
        "prompt_encoder_mask_decoder.onnx",
        String.valueOf(SamFolder.find(model, "int8").decoder().getFileName()));
  }

  private static String variantOf(SamFolder found) {
    String name = String.valueOf(found.encoder().getFileName());
    return name.substring(name.lastIndexOf('_') + 1, name.indexOf('.'));
  }

  @Test
  void namesOfOtherExporters(@TempDir Path model) throws IOException {
    for (String pair :
        List.of(
            "sam_vit_b_01ec64.encoder.onnx sam_vit_b_01ec64.decoder.onnx",
            "mobile_sam_image_encoder.onnx mobile_sam_mask_decoder.onnx",
            "sam_vit_h_4b8939.encoder.quant.onnx sam_vit_h_4b8939.decoder.quant.onnx")) {
      String[] names = pair.split(" ", -1);
      Path here = Files.createDirectory(model.resolve(names[0] + ".d"));
      for (String name : names) {
        Files.createFile(here.resolve(name));
      }
      SamFolder found = SamFolder.find(here, "");
      assertEquals(here.resolve(names[0]), found.encoder());
      assertEquals(here.resolve(names[1]), found.decoder());
    }
    for (String name :
        List.of("a_encoder.onnx", "a_decoder.onnx", "encoder.onnx", "decoder.onnx")) {
      Files.createFile(model.resolve(name));
    }
    assertMentions(
        assertThrows(IOException.class, () -> SamFolder.find(model, "")),
        "holds several models, whose encoders are [a_encoder.onnx, encoder.onnx]");
  }

  @Test
  void preprocessingEncoder() throws IOException {
    assertExpected(official(Variants.preprocessing(encoder, size), decoder), 1e-2);
  }

  @Test
  void halfPrecision() throws IOException {
    ModelProto halfDecoder = Variants.half(decoder);
    for (ModelProto e : List.of(encoder, Variants.half(encoder))) {
      List<SegmentMask> found = masks(official(e, halfDecoder));
      double sum = 0;
      for (SegmentMask wanted : expected) {
        sum += found.stream().mapToDouble(mask -> iou(mask, wanted)).max().orElse(0);
      }
      assertTrue(sum / expected.size() > 0.95, "mean best IoU " + sum / expected.size());
    }
  }

  @Test
  void decodersWeightsBesideIt() throws IOException {
    ModelProto.Builder outside = decoder.toBuilder();
    byte[] values = null;
    for (TensorProto.Builder tensor : outside.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getRawData().size() > 10_000 && values == null) {
        values = tensor.getRawData().toByteArray();
        tensor
            .clearRawData()
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", "decoder.onnx.data"))
            .addExternalData(entry("offset", "16"))
            .addExternalData(entry("length", Integer.toString(values.length)));
      }
    }
    byte[] found = Objects.requireNonNull(values);
    byte[] padded = new byte[16 + found.length];
    System.arraycopy(found, 0, padded, 16, found.length);
    Path model = official(encoder, outside.build());
    Files.write(model.resolve("decoder.onnx.data"), padded);
    assertExpected(model, 1e-4);
    Files.write(model.resolve("decoder.onnx.data"), found);
    assertMentions(failure(model), "of " + model.resolve("decoder.onnx.data") + ", which has only");
    Path elsewhere = Files.write(folder.resolve("elsewhere.data"), padded);
    Files.delete(model.resolve("decoder.onnx.data"));
    Files.createSymbolicLink(model.resolve("decoder.onnx.data"), elsewhere);
    assertMentions(failure(model), "would lie outside the file's folder");
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void otherNetworksAreRefused_sayingWhatTheyHave() throws IOException {
    ModelProto.Builder more = decoder.toBuilder();
    more.getGraphBuilder()
        .addInput(Variants.value("high_res_feats_0", DataType.FLOAT, 1, 32, 64, 64));
    IOException e = failure(official(encoder, more.build()));
    assertMentions(e, "decoder.onnx is no decoder of SAM that is known here: it has inputs [");
    assertMentions(e, "high_res_feats_0");
    assertMentions(e, "but must have SAM's official inputs [image_embeddings, point_coords");
    assertMentions(
        failure(official(Variants.visionEncoder(encoder, size, channels), encoder)),
        "it has inputs [images]");
    ModelProto theirs = Variants.promptEncoderMaskDecoder(decoder, size / 4, channels, true);
    assertMentions(failure(official(encoder, theirs)), "takes image_positional_embeddings too");
    ModelProto.Builder bytes = encoder.toBuilder();
    bytes.getGraphBuilder().setInput(0, Variants.value("images", DataType.UINT8, 1, 3, size, size));
    assertMentions(failure(official(bytes.build(), decoder)), "cannot be opened");
    ModelProto.Builder oblong = encoder.toBuilder();
    oblong
        .getGraphBuilder()
        .setInput(0, Variants.value("images", DataType.FLOAT, 1, 3, size, 2L * size));
    assertTrue(failure(official(oblong.build(), decoder)).getMessage() != null);
  }

  private static IOException failure(Path model) {
    return assertThrows(
        IOException.class, () -> SegmentAnything.open(Parameters.ofFolder(model), 1).close());
  }

  private static void assertMentions(Exception e, String text) {
    String message = Objects.requireNonNull(e.getMessage());
    assertTrue(message.contains(text), message);
  }
}
