package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.imaging.Images;
import io.seamark.inference.OnnxSession;
import io.seamark.inference.OnnxSession.Input;
import io.seamark.inference.OnnxSession.Outputs;
import io.seamark.network.onnx.OnnxFile;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.shared.SharedFolder;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import io.seamark.street.StreetModels;
import io.seamark.unknown.segment.SegmentAnything.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mask prompts, with the embedded segmenter and with a model of SAM's own layout. */
class MaskPromptTest {
  private static final int WIDTH = EmbeddedPromptsTest.WIDTH;
  private static final int HEIGHT = EmbeddedPromptsTest.HEIGHT;

  private static FloatBuffer floats(float... values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder()).asFloatBuffer();
    return buffer.put(0, values);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(d -> d).average().orElse(Double.NaN);
  }

  @Test
  void markedPixels_becomeTheLogOddsOfTheirShareOfACell() {
    BitSet pixels = new BitSet();
    // A frame of 4 x 2, of which the left three quarters are marked, in cells of 2 x 1 and more.
    for (int y = 0; y < 2; y++) {
      pixels.set(4 * y, 4 * y + 3);
    }
    float[] logits = new MaskPrompt.Pixels(4, 2, pixels).logits(4, 2, 1).values();
    float full = (float) Math.log(0.999 / 0.001);
    assertArrayEquals(
        new float[] {full, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, logits, 1e-5f);
    float[] fine = new MaskPrompt.Pixels(4, 2, pixels).logits(8, 8, 4).values();
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        assertEquals(y >= 4 ? 0 : x < 6 ? full : -full, fine[8 * y + x], 1e-4f);
      }
    }
  }

  @Test
  void whatIsNoMaskPromptIsRefused() {
    assertEquals(
        "a mask prompt marks no pixel",
        assertThrows(
                IllegalArgumentException.class, () -> new MaskPrompt.Pixels(4, 2, new BitSet()))
            .getMessage());
    assertEquals(
        "a mask prompt has 8 logits for a side of 3, but must have side x side for a side of 3 to"
            + " 4096",
        assertThrows(IllegalArgumentException.class, () -> new MaskPrompt.Logits(3, new float[8]))
            .getMessage());
    float[] wrong = new float[9];
    wrong[4] = Float.NaN;
    assertEquals(
        "a mask prompt's logits must be finite",
        assertThrows(IllegalArgumentException.class, () -> new MaskPrompt.Logits(3, wrong))
            .getMessage());
  }

  @Test
  void aMaskAloneIsNoPrompt() {
    BitSet pixels = new BitSet();
    pixels.set(9, 11);
    MaskPrompt.Pixels mask = new MaskPrompt.Pixels(8, 4, pixels);
    assertEquals(
        "a prompt needs a point or a box beside its mask",
        assertThrows(IllegalArgumentException.class, () -> new Prompt(List.of(), null, mask))
            .getMessage());
    assertEquals(new Box(1, 1, 2, 1), Prompt.like(mask).box());
  }

  @Test
  void aMaskOfAnotherSizeIsRefused() throws IOException {
    Frame frame = new ProceduralStreet(1, 96, 64).render(0, Weather.DAY).sample().frame();
    BitSet one = new BitSet();
    one.set(7);
    try (SegmentAnything generator = SegmentAnything.open(Parameters.of(Map.of()), 1)) {
      assertEquals(
          "a mask prompt has 64 x 96 pixels, but the frame has 96 x 64",
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      generator.prompt(
                          frame, List.of(Prompt.like(new MaskPrompt.Pixels(64, 96, one)))))
              .getMessage());
      assertEquals(
          "a mask prompt has logits of side 64, but this SAM's are of side 128",
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      generator.prompt(
                          frame,
                          List.of(
                              new Prompt(
                                  Prompt.at(5, 5).points(),
                                  null,
                                  new MaskPrompt.Logits(64, new float[64 * 64])))))
              .getMessage());
    }
  }

  @Test
  @DisplayName("the embedded segmenter's masks are those of its whole graph with a mask input")
  void theWholeGraph_embedded(@TempDir Path folder) throws IOException {
    Frame frame = new ProceduralStreet(77, WIDTH, HEIGHT).render(3, Weather.DUSK).sample().frame();
    checkWholeGraph(StreetModels.segmenter(folder), frame, 80, 128);
  }

  @Test
  @DisplayName("the masks of a model in SAM's layout are those of its whole graph")
  void theWholeGraph_samsLayout() throws IOException {
    Path folder = SharedFolder.path("models/sam-standin");
    checkWholeGraph(
        folder,
        Images.decodeFrame(
            Files.readAllBytes(SharedFolder.path("data/camvid/train/0001TP_006690.jpg"))),
        40,
        300);
  }

  /** A point and the best mask of it, through our graph and through the file's own. */
  private static void checkWholeGraph(Path folder, Frame frame, float x, float y)
      throws IOException {
    Crop crop = new Crop(0, 0, frame.width(), frame.height(), 0);
    try (OnnxNetwork network = OnnxNetwork.open(SamFolder.find(folder, ""), 0, 2);
        OnnxSession encoder = OnnxSession.open(folder.resolve("encoder.onnx"), 2);
        OnnxSession whole = OnnxSession.open(folder.resolve("decoder.onnx"), 2)) {
      int size = network.imageSize();
      int side = network.promptSide();
      network.encode(frame, crop);
      float scale = (float) size / Math.max(frame.width(), frame.height());
      float[] point = {scale * x, scale * y, 0, 0};
      float[] labels = {1, -1};
      PromptedNetwork.Decoded first = network.decode(point, labels, null, true);
      float[] best = Arrays.copyOf(first.logits(), side * side);
      PromptedNetwork.Decoded refined = network.decode(point, labels, best, false);

      String image = encoder.inputs().keySet().iterator().next();
      FloatBuffer pixels = floats(new float[3 * size * size]);
      InputImage.write(frame, crop, size, pixels);
      float[] embeddings;
      long[] shape;
      try (Outputs made = encoder.run(Input.floats(image, pixels, 1, 3, size, size))) {
        shape = made.shape("image_embeddings");
        embeddings = made.floats("image_embeddings");
      }
      try (Outputs made =
          whole.run(
              Input.floats("image_embeddings", floats(embeddings), shape),
              Input.floats("point_coords", floats(point), 1, 2, 2),
              Input.floats("point_labels", floats(labels), 1, 2),
              Input.floats("mask_input", floats(best), 1, 1, side, side),
              Input.floats("has_mask_input", floats(1), 1),
              Input.floats("orig_im_size", floats(frame.height(), frame.width()), 2))) {
        // The first of four masks is the one for prompts that leave no doubt.
        assertEquals(made.floats("iou_predictions")[0], refined.ious()[0], 1e-4);
        float[] masks = made.floats("low_res_masks");
        for (int i = 0; i < side * side; i++) {
          assertEquals(masks[i], refined.logits()[i], 2e-3f * (1 + Math.abs(masks[i])));
        }
        assertTrue(refined.ious()[0] > first.ious()[0] - 0.02, "its own mask makes it no worse");
      }
    }
  }

  @Test
  @DisplayName("where has_mask_input is 0 the mask input counts for nothing, to the bit")
  void noMaskIsNoMask(@TempDir Path folder) throws IOException {
    Path decoder = StreetModels.segmenter(folder).resolve("decoder.onnx");
    DecoderGraph graph = new DecoderGraph("decoder", OnnxFile.read(decoder, 1 << 28));
    long[] shape = graph.shape(DecoderGraph.EMBEDDINGS);
    graph.embeddings(shape);
    int side = graph.promptSide();
    assertEquals(128, side);
    Random random = new Random(5);
    float[] embeddings = gaussian(random, (int) (shape[1] * shape[2] * shape[3]));
    List<float[]> masks = new ArrayList<>();
    try (OnnxSession session = OnnxSession.open(graph.anyPrompt(), 1)) {
      for (float[] mask : List.of(new float[side * side], gaussian(random, side * side))) {
        try (Outputs made =
            session.run(
                Input.floats(DecoderGraph.EMBEDDINGS, floats(embeddings), shape),
                Input.floats(DecoderGraph.POINTS, floats(200, 180, 0, 0), 1, 2, 2),
                Input.floats(DecoderGraph.LABELS, floats(1, -1), 1, 2),
                Input.floats(DecoderGraph.MASK_INPUT, floats(mask), 1, 1, side, side),
                Input.floats(DecoderGraph.HAS_MASK, floats(0), 1))) {
          masks.add(made.floats(DecoderGraph.LOW_RES));
        }
      }
    }
    assertArrayEquals(masks.get(0), masks.get(1));
  }

  private static float[] gaussian(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** As a hasty hand marks it: 8 pixels too far to the right and 6 too low. */
  private static BitSet moved(BitSet region) {
    int right = 8;
    int down = 6;
    BitSet moved = new BitSet();
    region.stream()
        .filter(i -> i % WIDTH + right < WIDTH && i / WIDTH + down < HEIGHT)
        .forEach(i -> moved.set(i + down * WIDTH + right));
    return moved;
  }

  private static double iou(BitSet a, BitSet b) {
    BitSet both = (BitSet) a.clone();
    both.and(b);
    BitSet either = (BitSet) a.clone();
    either.or(b);
    return (double) both.cardinality() / either.cardinality();
  }

  @Test
  @DisplayName("the embedded segmenter makes rough masks better, and keeps its own")
  void roughMasksBecomeBetter() throws IOException {
    ProceduralStreet street = new ProceduralStreet(EmbeddedPromptsTest.CITY, WIDTH, HEIGHT);
    List<Double> single = new ArrayList<>();
    List<Double> refined = new ArrayList<>();
    List<Double> rough = new ArrayList<>();
    List<Double> withPoint = new ArrayList<>();
    List<Double> withBox = new ArrayList<>();
    try (SegmentAnything generator = SegmentAnything.open(Parameters.of(Map.of()), 2)) {
      int index = 0;
      for (Weather weather : List.of(Weather.DAY, Weather.DUSK, Weather.FOG)) {
        ProceduralStreet.Rendered rendered = street.render(index++, weather);
        Frame frame = rendered.sample().frame();
        List<BitSet> regions =
            EmbeddedPromptsTest.regions(
                Objects.requireNonNull(rendered.sample().label()).classes());
        List<Prompt> points = regions.stream().map(EmbeddedPromptsTest::inside).toList();
        List<List<Answer>> first = generator.answers(frame, points);
        List<Prompt> again = new ArrayList<>();
        for (int i = 0; i < regions.size(); i++) {
          List<Prompt.Point> point = points.get(i).points();
          BitSet shifted = moved(regions.get(i));
          MaskPrompt.Pixels marked = new MaskPrompt.Pixels(WIDTH, HEIGHT, shifted);
          again.add(new Prompt(point, null, first.get(i).get(0).logits()));
          again.add(new Prompt(point, null, marked));
          again.add(Prompt.like(marked));
          single.add(iou(regions.get(i), first.get(i).get(0).mask().pixels()));
          rough.add(iou(regions.get(i), shifted));
        }
        List<List<SegmentMask>> masks = generator.prompt(frame, again);
        for (int i = 0; i < regions.size(); i++) {
          refined.add(iou(regions.get(i), masks.get(3 * i).get(0).pixels()));
          withPoint.add(iou(regions.get(i), masks.get(3 * i + 1).get(0).pixels()));
          withBox.add(iou(regions.get(i), masks.get(3 * i + 2).get(0).pixels()));
        }
      }
    }
    String figures =
        String.format(
            "%d regions: point %.3f, with its own mask %.3f; rough mask %.3f, with a point %.3f,"
                + " with its box %.3f",
            single.size(),
            mean(single),
            mean(refined),
            mean(rough),
            mean(withPoint),
            mean(withBox));
    assertTrue(mean(refined) > mean(single), figures);
    assertTrue(mean(withPoint) > mean(single), figures);
    assertTrue(mean(withBox) > mean(rough) + 0.1, figures);
  }
}
