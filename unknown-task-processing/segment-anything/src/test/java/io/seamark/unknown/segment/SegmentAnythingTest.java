package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SegmentAnythingTest {
  private static final Frame FRAME = new Frame(64, 48, new byte[3 * 64 * 48], new byte[64 * 48]);

  /** Three square masks around each point; the frame is as large as the input. */
  private static final class Squares implements PromptedNetwork {
    private final int workers;
    private final float[] ious;
    private final float edge;
    private final float[][] points;
    private final List<Crop> encoded = new ArrayList<>();
    private final Set<Long> overlapping = ConcurrentHashMap.newKeySet();
    private final AtomicInteger logitCalls = new AtomicInteger();
    private final List<float[]> prompted = new ArrayList<>();
    private final List<float[]> labelled = new ArrayList<>();
    private int closed;

    Squares(int workers, float edge, float... ious) {
      this.workers = workers;
      this.edge = edge;
      this.ious = ious;
      this.points = new float[workers][2];
    }

    @Override
    public int imageSize() {
      return 64;
    }

    @Override
    public int side() {
      return 64;
    }

    @Override
    public int promptSide() {
      return 64;
    }

    @Override
    public int workers() {
      return workers;
    }

    @Override
    public void encode(Frame frame, Crop crop) {
      encoded.add(crop);
    }

    @Override
    public float[] decode(int worker, float x, float y) {
      points[worker][0] = x;
      points[worker][1] = y;
      overlapping.add(Thread.currentThread().getId());
      return ious.clone();
    }

    @Override
    public void logits(int worker, int mask, float[] into) {
      logitCalls.incrementAndGet();
      float reach = 3 + 4 * mask;
      for (int i = 0; i < into.length; i++) {
        int x = i % 64;
        int y = i / 64;
        float dx = Math.abs(x + 0.5f - points[worker][0]);
        float dy = Math.abs(y + 0.5f - points[worker][1]);
        into[i] = Math.max(dx, dy) < reach ? 9 : Math.max(dx, dy) < reach + 1 ? edge : -9;
      }
    }

    @Override
    public Decoded decode(float[] at, float[] labels, float @Nullable [] mask, boolean several) {
      prompted.add(at.clone());
      labelled.add(labels.clone());
      points[0] = at;
      int masks = several ? ious.length : 1;
      float[] logits = new float[masks * 64 * 64];
      float[] plane = new float[64 * 64];
      for (int m = 0; m < masks; m++) {
        logits(0, m, plane);
        System.arraycopy(plane, 0, logits, m * plane.length, plane.length);
      }
      return new Decoded(Arrays.copyOf(ious, masks), logits);
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** SAM's own, but lax enough for these networks, and with what a test says besides. */
  private static SegmentAnything open(PromptedNetwork network, Map<String, ?> parameters) {
    Map<String, Object> all = new HashMap<>();
    all.put("points-per-batch", 3);
    all.put("pred-iou-thresh", 0.5);
    all.put("stability-score-thresh", 0.5);
    all.putAll(parameters);
    return new SegmentAnything(network, GeneratorFile.SAM.complete(Parameters.of(all)));
  }

  private static SegmentAnything reference(PromptedNetwork network, Map<String, ?> parameters) {
    Map<String, Object> all = new HashMap<>(parameters);
    all.put("mode", "reference");
    return open(network, all);
  }

  private static Map<String, Integer> settings(int points, int layers, int minArea) {
    return Map.of(
        "points-per-side", points, "crop-n-layers", layers, "min-mask-region-area", minArea);
  }

  private static MaskGenerator.Generated generate(PromptedNetwork network, Map<String, ?> s) {
    try (SegmentAnything generator = reference(network, s)) {
      return generator.generate(FRAME);
    }
  }

  @Test
  void masksByPredictedIou_withTheOriginalsFields() {
    Squares network = new Squares(1, -9, 0.5f, 0.7f, 0.6f);
    MaskGenerator.Generated generated = generate(network, settings(1, 0, 0));
    assertEquals(Set.of("encoder", "decoder", "filter"), generated.seconds().keySet());
    // The first mask's predicted IoU equals the threshold, so it is dropped unseen.
    assertEquals(2, network.logitCalls.get());
    assertEquals(2, generated.masks().size());
    SegmentMask mask = generated.masks().get(0);
    assertEquals(0.7f, mask.predictedIou());
    assertEquals(14 * 14, mask.area());
    assertEquals(new Box(25, 17, 14, 14), mask.box());
    assertEquals(14 * 14, mask.pixels().cardinality());
    assertTrue(mask.pixels().get(17 * 64 + 25));
    assertFalse(mask.pixels().get(16 * 64 + 25));
    assertEquals(1f, mask.stabilityScore());
    assertEquals(32f, mask.pointX());
    assertEquals(24f, mask.pointY());
    assertEquals(new Box(0, 0, 64, 48), mask.cropBox());
    assertEquals(22 * 22, generated.masks().get(1).area());
  }

  @Test
  void moreMasksThanAreCountedEndTheRequest() {
    Squares network = new Squares(1, -9, 0.8f, 0.7f, 0.6f);
    Map<String, ?> all = Map.of("points-per-side", 20, "box-nms-thresh", 1);
    assertEquals(
        "the frame has 1200 masks, but at most 1024 are taken; a lower box-nms-thresh or a higher"
            + " pred-iou-thresh leaves fewer",
        assertThrows(IllegalArgumentException.class, () -> generate(network, all)).getMessage());
  }

  @Test
  void unstableMasksAreDropped() {
    // The laxer threshold adds a ring, so stability is 36/64, 196/256 and 484/576.
    MaskGenerator.Generated generated =
        generate(
            new Squares(1, -0.5f, 0.9f, 0.9f, 0.9f),
            Map.of("points-per-side", 1, "stability-score-thresh", 0.76));
    assertEquals(List.of(196, 484), generated.masks().stream().map(SegmentMask::area).toList());
    assertEquals(196f / 256, generated.masks().get(0).stabilityScore());
  }

  @Test
  void overlappingBoxesAreSuppressed() {
    // Neighbouring points are 4 pixels apart: boxes of 22 overlap by more than 0.7.
    MaskGenerator.Generated generated =
        generate(new Squares(1, -9, 0, 0, 0.9f), settings(16, 0, 0));
    assertTrue(generated.masks().size() < 256, "all stayed");
    List<SegmentMask> masks = generated.masks();
    for (int i = 0; i < masks.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertTrue(iou(masks.get(i).box(), masks.get(j).box()) <= 0.7);
      }
    }
  }

  private static double iou(Box a, Box b) {
    // Between pixel indices, as the original measures.
    double w = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x()) - 1;
    double h = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y()) - 1;
    double both = Math.max(0, w) * Math.max(0, h);
    double areas = (a.width() - 1.0) * (a.height() - 1) + (b.width() - 1.0) * (b.height() - 1);
    return both / (areas - both);
  }

  @Test
  void anyNumberOfThreads_sameMasks() {
    Map<String, ?> settings = settings(7, 1, 0);
    List<SegmentMask> one = generate(new Squares(1, -9, 0.9f, 0.8f, 0.7f), settings).masks();
    Squares network = new Squares(4, -9, 0.9f, 0.8f, 0.7f);
    assertEquals(one, generate(network, settings).masks());
    assertFalse(one.isEmpty());
  }

  @Test
  void crops_areEncodedInTurn_andTheirMasksLieInTheFrame() {
    Squares network = new Squares(1, -9, 0.9f, 0, 0);
    List<SegmentMask> masks = generate(network, settings(4, 1, 0)).masks();
    assertEquals(5, network.encoded.size());
    assertTrue(masks.stream().anyMatch(m -> m.cropBox().width() < 64));
    for (SegmentMask mask : masks) {
      Box crop = mask.cropBox();
      assertTrue(mask.box().x() >= crop.x());
      assertTrue(mask.box().x() + mask.box().width() <= crop.x() + crop.width());
      int x = (int) mask.pointX();
      int y = (int) mask.pointY();
      assertTrue(mask.pixels().get(y * 64 + x));
      assertEquals(mask.area(), mask.pixels().cardinality());
      assertEquals(MaskRecords.boxOf(mask.pixels(), 64), mask.box());
    }
    // Smaller crops win, so their masks come first.
    assertTrue(masks.get(0).cropBox().width() < 64);
    assertEquals(64, masks.get(masks.size() - 1).cropBox().width());
  }

  @Test
  void smallRegions_maskThatDidNotChangeComesFirst() {
    // The mask of 36 pixels is a small region, the largest of its mask, so it stays; the rest of
    // the frame is no small hole.
    MaskGenerator.Generated generated =
        generate(new Squares(1, -9, 0.9f, 0.8f, 0), settings(1, 0, 100));
    assertEquals(List.of(196, 36), generated.masks().stream().map(SegmentMask::area).toList());
  }

  /** Where the image is one big square, a small one and nothing else. */
  private static final class TwoThings extends Scene {
    TwoThings() {
      super(new int[] {0, 0, 40, 48}, new int[] {52, 30, 58, 36});
    }
  }

  /** Finds the rectangle that a point lies in, with the quality it has there. */
  private static class Scene implements PromptedNetwork {
    private final int[][] rectangles;
    final List<float[]> points = new ArrayList<>();
    private float x;
    private float y;

    Scene(int[]... rectangles) {
      this.rectangles = rectangles;
    }

    @Override
    public int imageSize() {
      return 64;
    }

    @Override
    public int side() {
      return 64;
    }

    @Override
    public int promptSide() {
      return 64;
    }

    @Override
    public int workers() {
      return 1;
    }

    @Override
    public void encode(Frame frame, Crop crop) {
      points.clear();
    }

    @Override
    public float[] decode(int worker, float atX, float atY) {
      points.add(new float[] {atX, atY});
      x = atX;
      y = atY;
      return new float[] {rectangle() == null ? 0 : 0.9f};
    }

    private int @Nullable [] rectangle() {
      for (int[] r : rectangles) {
        if (x >= r[0] && x < r[2] && y >= r[1] && y < r[3]) {
          return r;
        }
      }
      return null;
    }

    @Override
    public void logits(int worker, int mask, float[] into) {
      int[] r = Objects.requireNonNull(rectangle());
      for (int i = 0; i < into.length; i++) {
        boolean inside = i % 64 >= r[0] && i % 64 < r[2] && i / 64 >= r[1] && i / 64 < r[3];
        into[i] = inside ? 9 : -9;
      }
    }

    @Override
    public Decoded decode(float[] at, float[] labels, float @Nullable [] mask, boolean several) {
      throw new AssertionError("not prompted");
    }

    @Override
    public void close() {}
  }

  private static List<SegmentMask> fast(PromptedNetwork network, int perSide, int prompts) {
    try (SegmentAnything generator =
        open(network, Map.of("points-per-side", perSide, "max-prompts", prompts))) {
      return generator.generate(FRAME).masks();
    }
  }

  @Test
  void fast_promptsGatherWhereNothingIsFound() {
    TwoThings network = new TwoThings();
    List<SegmentMask> masks = fast(network, 32, 160);
    assertEquals(
        List.of(40 * 48, 36),
        masks.stream().map(SegmentMask::area).sorted((a, b) -> b - a).toList());
    assertEquals(160, network.points.size());
    assertEquals(160, network.points.stream().map(p -> p[0] + " " + p[1]).distinct().count());
    long inBig = network.points.stream().filter(p -> p[0] < 40).count();
    // The big square is 5/8 of the image; the coarse points there are 40, and few may follow.
    assertTrue(inBig < 64, inBig + " of 160 prompts went where a mask was found");
  }

  @Test
  void fast_smallThingsBetweenTheCoarsePointsAreFound() {
    // Coarse points lie at 4, 12, 20 and so on; this square of 4 lies between them.
    List<SegmentMask> masks = fast(new Scene(new int[] {30, 22, 34, 26}), 32, 512);
    assertEquals(List.of(16), masks.stream().map(SegmentMask::area).toList());
  }

  @Test
  void fast_promptsAreDrawnToWhereTheEdgeModelIsUnsure() {
    Scene small = new Scene(new int[] {30, 22, 34, 26});
    assertEquals(List.of(), fast(small, 32, 80));
    int width = FRAME.width() / 4;
    int height = FRAME.height() / 4;
    float[] logits = new float[2 * width * height];
    for (int i = 0; i < width * height; i++) {
      boolean unsure = i % width >= 7 && i % width < 9 && i / width >= 5 && i / width < 7;
      logits[i] = unsure ? 0 : 20;
    }
    ClassScores scores = new ClassScores(2, width, height, logits);
    for (double uncertainty : new double[] {0, 3}) {
      try (SegmentAnything generator =
          open(small, Map.of("max-prompts", 80, "uncertainty", uncertainty))) {
        assertEquals(uncertainty > 0 ? 1 : 0, generator.generate(FRAME, scores).masks().size());
      }
    }
  }

  @Test
  void fast_maskThatCoversWhatNoOtherDoes_staysThoughItsBoxIsTaken() {
    // A frame around the image belongs to both halves, so both have the same box.
    PromptedNetwork halves =
        new Scene() {
          private boolean upper;

          @Override
          public float[] decode(int worker, float x, float y) {
            upper = y < 24;
            return new float[] {upper ? 0.9f : 0.8f};
          }

          @Override
          public void logits(int worker, int mask, float[] into) {
            for (int i = 0; i < into.length; i++) {
              boolean frame =
                  i / 64 < 48 && (i % 64 == 0 || i / 64 == 0 || i / 64 == 47 || i % 64 == 63);
              into[i] = frame || (upper ? i / 64 < 24 : i / 64 >= 24 && i / 64 < 48) ? 9 : -9;
            }
          }
        };
    assertEquals(2, fast(halves, 8, 64).size());
    try (SegmentAnything generator = reference(halves, settings(8, 0, 0))) {
      assertEquals(1, generator.generate(FRAME).masks().size());
    }
  }

  @Test
  void fast_wholeGridWithoutLimit_findsWhatTheReferenceFinds() {
    Map<String, ?> settings = settings(7, 0, 0);
    List<SegmentMask> reference = generate(new Squares(1, -9, 0.9f, 0.8f, 0.7f), settings).masks();
    List<SegmentMask> fast = fast(new Squares(3, -9, 0.9f, 0.8f, 0.7f), 7, 1000);
    assertTrue(fast.containsAll(reference.stream().filter(m -> m.predictedIou() == 0.9f).toList()));
    assertEquals(fast, fast(new Squares(1, -9, 0.9f, 0.8f, 0.7f), 7, 1000));
  }

  @Test
  void prompts_ofPointsAndBoxes() {
    Squares network = new Squares(2, -9, 0.5f, 0.7f, 0.6f);
    try (SegmentAnything generator = reference(network, settings(4, 0, 0))) {
      Box box = new Box(10, 12, 20, 8);
      List<List<SegmentMask>> masks =
          generator.prompt(
              FRAME,
              List.of(
                  Prompt.at(32, 24),
                  Prompt.around(box),
                  new Prompt(
                      List.of(new Prompt.Point(5, 6, true), new Prompt.Point(7, 8, false)), box)));
      assertEquals(List.of(3, 1, 1), masks.stream().map(List::size).toList());
      // Nothing is filtered; the best comes first.
      assertEquals(
          List.of(14 * 14, 22 * 22, 6 * 6), masks.get(0).stream().map(SegmentMask::area).toList());
      assertEquals(32f, masks.get(0).get(0).pointX());
      assertEquals(20f, masks.get(1).get(0).pointX());
      assertArrayEquals(new float[] {32, 24, 0, 0}, network.prompted.get(0));
      assertArrayEquals(new float[] {1, -1}, network.labelled.get(0));
      assertArrayEquals(new float[] {10, 12, 30, 20}, network.prompted.get(1));
      assertArrayEquals(new float[] {2, 3}, network.labelled.get(1));
      assertArrayEquals(new float[] {5, 6, 7, 8, 10, 12, 30, 20}, network.prompted.get(2));
      assertArrayEquals(new float[] {1, 0, 2, 3}, network.labelled.get(2));
      assertEquals(List.of(), generator.prompt(FRAME, List.of()));
    }
  }

  @Test
  void prompts_thatAreNone_orLieOutside() {
    assertRefused("a prompt needs a point or a box", () -> new Prompt(List.of(), null));
    assertRefused(
        "a prompt without a box needs a point on the foreground, but all are on the background",
        () -> new Prompt(List.of(new Prompt.Point(1, 1, false)), null));
    assertRefused(
        "a prompt's box is 0 x 4 pixels, but must be at least 1 x 1",
        () -> Prompt.around(new Box(1, 1, 0, 4)));
    try (SegmentAnything generator = reference(new Squares(1, -9, 0.9f), settings(4, 0, 0))) {
      assertRefused(
          "point NaN,2.0 lies outside of the frame of 64 x 48 pixels",
          () -> generator.prompt(FRAME, List.of(Prompt.at(Float.NaN, 2))));
      assertRefused(
          "box 60,1,5,4 reaches out of the frame of 64 x 48 pixels",
          () -> generator.prompt(FRAME, List.of(Prompt.around(new Box(60, 1, 5, 4)))));
    }
  }

  private static void assertRefused(String message, Executable what) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
  }

  @Test
  void nothingFound() {
    assertEquals(
        List.of(), generate(new Squares(2, -9, 0.1f, 0.2f, Float.NaN), settings(4, 1, 50)).masks());
  }

  @Test
  void onePixelFrame() {
    try (SegmentAnything generator = reference(new Squares(1, -9, 0.9f, 0, 0), settings(2, 0, 5))) {
      List<SegmentMask> masks =
          generator.generate(new Frame(1, 1, new byte[3], new byte[1])).masks();
      assertTrue(masks.stream().allMatch(m -> m.area() <= 1));
    }
  }

  @Test
  void failureOfAWorker_isReported_andTheGeneratorGoesOn() {
    AtomicInteger calls = new AtomicInteger();
    PromptedNetwork failing =
        new PromptedNetwork() {
          private final Squares squares = new Squares(2, -9, 0.9f, 0, 0);

          @Override
          public int imageSize() {
            return 64;
          }

          @Override
          public int side() {
            return 64;
          }

          @Override
          public int promptSide() {
            return 0;
          }

          @Override
          public int workers() {
            return 2;
          }

          @Override
          public void encode(Frame frame, Crop crop) {}

          @Override
          public float[] decode(int worker, float x, float y) {
            if (calls.incrementAndGet() == 3) {
              throw new IllegalStateException("out of memory");
            }
            return squares.decode(worker, x, y);
          }

          @Override
          public void logits(int worker, int mask, float[] into) {
            squares.logits(worker, mask, into);
          }

          @Override
          public Decoded decode(
              float[] points, float[] labels, float @Nullable [] mask, boolean several) {
            return squares.decode(points, labels, mask, several);
          }

          @Override
          public void close() {}
        };
    try (SegmentAnything generator = reference(failing, settings(4, 0, 0))) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> generator.generate(FRAME));
      assertEquals("decoding failed: out of memory", Objects.requireNonNull(e.getMessage()));
      assertFalse(generator.generate(FRAME).masks().isEmpty());
    }
  }

  @Test
  void close_twice_andThenGenerate() {
    Squares network = new Squares(1, -9, 0.9f, 0, 0);
    SegmentAnything generator = reference(network, settings(1, 0, 0));
    generator.close();
    generator.close();
    assertEquals(1, network.closed);
    assertThrows(IllegalStateException.class, () -> generator.generate(FRAME));
  }

  @Test
  void severalCallers_waitForEachOther() throws Exception {
    try (SegmentAnything generator =
        reference(new Squares(2, -9, 0.9f, 0.8f, 0), settings(5, 0, 0))) {
      List<SegmentMask> expected = generator.generate(FRAME).masks();
      List<Thread> threads = new ArrayList<>();
      List<List<SegmentMask>> found = new ArrayList<>(Arrays.asList(null, null, null));
      for (int t = 0; t < 3; t++) {
        int slot = t;
        Thread thread = new Thread(() -> found.set(slot, generator.generate(FRAME).masks()));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(List.of(expected, expected, expected), found);
    }
  }
}
