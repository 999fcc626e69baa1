package io.seamark.unknown.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

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
        float dx = Math.abs(i % 64 + 0.5f - points[worker][0]);
        float dy = Math.abs(i / 64 + 0.5f - points[worker][1]);
        into[i] = Math.max(dx, dy) < reach ? 9 : Math.max(dx, dy) < reach + 1 ? edge : -9;
      }
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static GeneratorSettings settings(int points, int layers, int minArea) {
    return new GeneratorSettings(
        0, points, 3, 0.5, 0.5, 1, 0.7, layers, 0.7, 512.0 / 1500, 1, minArea);
  }

  private static MaskGenerator.Generated generate(PromptedNetwork network, GeneratorSettings s) {
    try (SegmentAnything generator = new SegmentAnything(network, s)) {
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
  void unstableMasksAreDropped() {
    // The laxer threshold adds a ring, so stability is 36/64, 196/256 and 484/576.
    MaskGenerator.Generated generated =
        generate(
            new Squares(1, -0.5f, 0.9f, 0.9f, 0.9f),
            new GeneratorSettings(0, 1, 1, 0.5, 0.76, 1, 0.7, 0, 0.7, 0.3, 1, 0));
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
    GeneratorSettings settings = settings(7, 1, 0);
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
      assertTrue(mask.pixels().get((int) mask.pointY() * 64 + (int) mask.pointX()));
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

  @Test
  void nothingFound() {
    assertEquals(
        List.of(), generate(new Squares(2, -9, 0.1f, 0.2f, Float.NaN), settings(4, 1, 50)).masks());
  }

  @Test
  void onePixelFrame() {
    try (SegmentAnything generator =
        new SegmentAnything(new Squares(1, -9, 0.9f, 0, 0), settings(2, 0, 5))) {
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
          public void close() {}
        };
    try (SegmentAnything generator = new SegmentAnything(failing, settings(4, 0, 0))) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> generator.generate(FRAME));
      assertEquals("decoding failed: out of memory", Objects.requireNonNull(e.getMessage()));
      assertFalse(generator.generate(FRAME).masks().isEmpty());
    }
  }

  @Test
  void close_twice_andThenGenerate() {
    Squares network = new Squares(1, -9, 0.9f, 0, 0);
    SegmentAnything generator = new SegmentAnything(network, settings(1, 0, 0));
    generator.close();
    generator.close();
    assertEquals(1, network.closed);
    assertThrows(IllegalStateException.class, () -> generator.generate(FRAME));
  }

  @Test
  void severalCallers_waitForEachOther() throws Exception {
    try (SegmentAnything generator =
        new SegmentAnything(new Squares(2, -9, 0.9f, 0.8f, 0), settings(5, 0, 0))) {
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
