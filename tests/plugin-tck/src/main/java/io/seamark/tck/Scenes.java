package io.seamark.tck;

import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.Frame;
import io.seamark.perception.Look;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.perception.SegmentMask;
import io.seamark.plugin.TaskSample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the contracts feed to plugins, made from seeds, and how they run it on several threads. */
final class Scenes {
  /** Widths and heights that catch plugins that count on even or square images. */
  static final int[][] SIZES = {{1, 1}, {1, 7}, {9, 1}, {7, 5}, {16, 12}};

  static final int THREADS = 4;

  private Scenes() {}

  /** Logits with patches of one class, some sure and some not. */
  static ClassScores scores(long seed, int classes, int width, int height) {
    Random random = new Random(seed);
    float[] logits = new float[classes * width * height];
    double sureness = random.nextDouble() * 6;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int truth = Math.floorMod(x / 4 + 3 * (y / 3) + (int) seed, classes);
        for (int c = 0; c < classes; c++) {
          logits[(c * height + y) * width + x] =
              (float) (random.nextGaussian() + (c == truth ? sureness : 0));
        }
      }
    }
    return new ClassScores(classes, width, height, logits);
  }

  /** As of a model with AppealNet's head, which trusts its answer as far as its mean margin. */
  static Prediction prediction(ClassScores scores) {
    PixelConfidence confidence = PixelConfidence.of(scores);
    double margin = 0;
    for (int i = 0; i < confidence.top().length; i++) {
      margin += confidence.top()[i] - confidence.second()[i];
    }
    return new Prediction(scores.argmax(), scores, confidence, margin / confidence.top().length);
  }

  static List<Prediction> predictions(int count, int classes, int width, int height) {
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      predictions.add(prediction(scores(100 + i, classes, width, height)));
    }
    return predictions;
  }

  /** Every cell the same: class 0 ahead of the others by a number of logits. */
  static Prediction plain(double lead, int classes, int width, int height) {
    float[] logits = new float[classes * width * height];
    java.util.Arrays.fill(logits, 0, width * height, (float) lead);
    return prediction(new ClassScores(classes, width, height, logits));
  }

  static ClassScores with(ClassScores scores, int index, float value) {
    float[] logits = scores.logits().clone();
    logits[index] = value;
    return new ClassScores(scores.classes(), scores.width(), scores.height(), logits);
  }

  /** Overlapping rectangles, one inside another, and single pixels, in no order. */
  static List<SegmentMask> masks(long seed, int count, int width, int height) {
    Random random = new Random(seed);
    List<SegmentMask> masks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int w = i % 4 == 0 ? 1 : 1 + random.nextInt(width - x);
      int h = i % 4 == 0 ? 1 : 1 + random.nextInt(height - y);
      masks.add(rectangle(x, y, w, h, width, height));
    }
    return masks;
  }

  static SegmentMask rectangle(int x, int y, int w, int h, int width, int height) {
    BitSet pixels = new BitSet(width * height);
    for (int row = y; row < y + h; row++) {
      pixels.set(row * width + x, row * width + x + w);
    }
    return new SegmentMask(
        width,
        height,
        pixels,
        pixels.cardinality(),
        new SegmentMask.Box(x, y, w, h),
        0.9f,
        0.95f,
        x + w / 2f,
        y + h / 2f,
        new SegmentMask.Box(0, 0, width, height));
  }

  /** A frame of two noisy halves. */
  static Frame frame(long seed, int width, int height, boolean depth) {
    Random random = new Random(seed);
    byte[] rgb = new byte[3 * width * height];
    byte[] far = new byte[width * height];
    for (int i = 0; i < width * height; i++) {
      int ground = i % width < width / 2 ? 60 : 180;
      for (int channel = 0; channel < 3; channel++) {
        rgb[3 * i + channel] = (byte) (ground + random.nextInt(40) + 10 * channel);
      }
      far[i] = (byte) (i / width * 200 / height);
    }
    return new Frame(width, height, rgb, depth ? far : null);
  }

  /** Samples of three domains and two edges, some of them without. */
  static List<TaskSample> taskSamples(int count) {
    String[] domains = {"day", "dusk", "night"};
    List<TaskSample> samples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, String> attributes = new HashMap<>();
      attributes.put(TaskSample.ID, "frame-" + i);
      if (i % 5 != 4) {
        attributes.put(TaskSample.DOMAIN, domains[i % 3]);
      }
      if (i % 7 != 6) {
        attributes.put(TaskSample.EDGE, "edge-" + i % 2);
      }
      if (i % 11 != 10) {
        // Of three kinds, none like another of its kind.
        float light = -1.5f + i % 3 * 0.5f + i % 4 * 0.01f;
        Look look = Look.ofValues(new float[] {light, 0.25f, 0.125f, 0.0625f, 0, 0.03125f});
        attributes.put(TaskSample.LOOK, look.text());
      }
      samples.add(new TaskSample(i, attributes));
    }
    return samples;
  }

  /** Compares by content, which the record does not. */
  static List<?> content(ClassMap map) {
    return List.of(map.width(), map.height(), ByteBuffer.wrap(map.classes().clone()));
  }

  static String undecidedOrClass(ClassMap map, int classes) {
    for (int i = 0; i < map.classes().length; i++) {
      int value = map.classes()[i] & 0xFF;
      if (value >= classes && value != ClassMap.IGNORE) {
        return "pixel " + i + " is " + value + ", but must be below " + classes + " or IGNORE";
      }
    }
    return "";
  }

  /** Runs tasks on several threads that start together; results in the order of the tasks. */
  static <T> List<T> together(List<Callable<T>> tasks) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<List<T>>> parts = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int first = t;
        parts.add(
            pool.submit(
                () -> {
                  List<T> results = new ArrayList<>();
                  start.await();
                  for (int i = first; i < tasks.size(); i += THREADS) {
                    results.add(tasks.get(i).call());
                  }
                  return results;
                }));
      }
      List<List<T>> results = new ArrayList<>();
      for (Future<List<T>> part : parts) {
        results.add(part.get());
      }
      List<T> ordered = new ArrayList<>();
      for (int i = 0; i < tasks.size(); i++) {
        ordered.add(results.get(i % THREADS).get(i / THREADS));
      }
      return ordered;
    } catch (ExecutionException e) {
      throw new AssertionError("failed on one of several threads: " + e.getCause(), e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
