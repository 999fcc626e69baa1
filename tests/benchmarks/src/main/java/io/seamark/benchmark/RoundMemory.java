package io.seamark.benchmark;

import io.seamark.buffer.BufferOptions;
import io.seamark.buffer.BufferedSample;
import io.seamark.buffer.FusedAnswer;
import io.seamark.buffer.HardSample;
import io.seamark.buffer.ReplayBuffer;
import io.seamark.buffer.ReplayBufferWriter;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.imaging.Images;
import io.seamark.knowledge.LearningSettings;
import io.seamark.knowledge.LifelongLearning;
import io.seamark.knowledge.training.RoundControl;
import io.seamark.knowledge.training.RoundResult;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.EncodedImage;
import io.seamark.perception.Look;
import io.seamark.perception.Sample;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.setting.SettingGroup;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Memory and time of a round of training by the number of buffered samples. The samples are street
 * frames of 480x360, a few hundred in turn under names of their own. The first call with a number
 * fills a buffer with them and ends, so that nothing of that counts; the next one runs a round on
 * it as {@code train} does, and needs that verb's Java options.
 */
public final class RoundMemory {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;
  private static final int CLASSES = 11;
  private static final int DISTINCT = 300;
  private static final int EDGES = 4;
  private static final int CELL = 4;

  private RoundMemory() {}

  /**
   * Fills a buffer, or runs a round and prints what it took.
   *
   * @param arguments folder, where there may be buffers of other calls; samples; steps of the
   *     round; edge model of CamVid's classes; then any settings of a round as KEY=VALUE
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 4) {
      throw new IllegalArgumentException(
          "usage: RoundMemory FOLDER SAMPLES STEPS MODEL [KEY=VALUE...]");
    }
    Path folder = Path.of(arguments[0]);
    int samples = Integer.parseInt(arguments[1]);
    Path buffer = folder.resolve("buffer-" + samples);
    int there;
    long begun = System.nanoTime();
    try (ReplayBuffer opened = ReplayBuffer.openReadOnly(buffer)) {
      there = opened.size();
    }
    double opening = (System.nanoTime() - begun) / 1e9;
    if (there < samples) {
      fill(buffer, there, samples);
      System.out.printf("%d samples are in %s: run the same again%n", samples, buffer);
      return;
    }
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("seamark.data", folder.resolve("round-" + samples).toString());
    settings.put("seamark.training.steps", arguments[2]);
    settings.put("seamark.edge.model", arguments[3]);
    for (int i = 4; i < arguments.length; i++) {
      String[] pair = arguments[i].split("=", 2);
      settings.put(pair[0], pair[1]);
    }
    System.out.printf(Locale.ROOT, "%d samples, opened in %.2f s%n", there, opening);
    round(buffer, settings);
  }

  static void fill(Path buffer, int from, int samples) throws IOException {
    ProceduralStreet street = new ProceduralStreet(5, WIDTH, HEIGHT);
    Weather[] weathers = Weather.values();
    Map<Integer, BufferedSample> distinct = new HashMap<>();
    try (ReplayBufferWriter writer = ReplayBuffer.open(buffer, BufferOptions.unbounded())) {
      for (int i = from; i < samples; i++) {
        BufferedSample sample =
            distinct.computeIfAbsent(
                i % DISTINCT,
                which -> sample(street.render(which, weathers[which % weathers.length]).sample()));
        writer.append(named(sample, "frame-" + i, "edge-" + i % EDGES));
      }
    }
  }

  private static BufferedSample sample(Sample of) {
    ClassMap label = Objects.requireNonNull(of.label());
    HardSample hard =
        new HardSample(
            of.id(),
            "edge",
            of.domain(),
            0,
            WIDTH,
            HEIGHT,
            new EncodedImage(EncodedImage.JPEG, Images.encodeJpeg(of.frame(), 0.95f)),
            null,
            scores(label),
            "v0",
            "none",
            0.5,
            1);
    return new BufferedSample(
        hard, new FusedAnswer(label, CLASSES, "label", Map.of()), label, Look.of(of.frame()));
  }

  /** Sure of the class in the middle of each cell. */
  private static ClassScores scores(ClassMap label) {
    int width = WIDTH / CELL;
    int height = HEIGHT / CELL;
    float[] logits = new float[CLASSES * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int found = label.at(CELL * x + CELL / 2, CELL * y + CELL / 2);
        if (found < CLASSES) {
          logits[(found * height + y) * width + x] = 5;
        }
      }
    }
    return new ClassScores(CLASSES, width, height, logits);
  }

  private static BufferedSample named(BufferedSample sample, String id, String edge) {
    HardSample of = sample.sample();
    return new BufferedSample(
        new HardSample(
            id,
            edge,
            of.domain(),
            of.capturedMillis(),
            of.width(),
            of.height(),
            of.image(),
            of.depthPng(),
            of.scores(),
            of.modelVersion(),
            of.miner(),
            of.score(),
            of.threshold()),
        sample.answer(),
        sample.segments(),
        sample.look());
  }

  /** When each step ended. Says what training took once judging begins, which takes longer. */
  private static final class Steps implements RoundControl {
    private final List<Long> ends = new ArrayList<>();
    private boolean told;

    @Override
    public void trained(int done, int steps, double loss) {
      ends.add(System.nanoTime());
    }

    @Override
    public void judged(int done, int frames) {
      if (!told) {
        told = true;
        System.out.printf(
            Locale.ROOT,
            "%.2f s a step in the first half of %d, %.2f s in the second; ",
            seconds(true),
            ends.size(),
            seconds(false));
        System.out.println(memory());
      }
    }

    /** Of the steps of a half, the median; the first step of all builds the graph. */
    double seconds(boolean firstHalf) {
      int middle = ends.size() / 2;
      double[] each = new double[middle - 1];
      for (int i = 0; i < each.length; i++) {
        int end = (firstHalf ? 1 : middle) + i;
        each[i] = (ends.get(end) - ends.get(end - 1)) / 1e9;
      }
      Arrays.sort(each);
      return each[each.length / 2];
    }
  }

  private static void round(Path buffer, Map<String, String> settings) throws IOException {
    LearningSettings read = LearningSettings.from(key -> Optional.ofNullable(settings.get(key)));
    ConfiguredPlugins plugins =
        new ConfiguredPlugins(
            PluginRegistry.discover(null, RoundMemory.class.getClassLoader()),
            settings,
            read.round().seed(),
            SettingGroup.COMMON.defaults().computing());
    Steps steps = new Steps();
    long begun = System.nanoTime();
    RoundResult result =
        LifelongLearning.train(
            new LearningSettings(
                buffer,
                List.of(),
                read.models(),
                read.edgeModel(),
                read.knowledge(),
                read.round(),
                read.bounds()),
            plugins,
            steps);
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (!(result instanceof RoundResult.Judged judged)) {
      throw new IOException("the round made no version: " + result);
    }
    System.out.printf(
        Locale.ROOT, "round %.0f s; %s; %s%n", seconds, memory(), judged.version().reason());
  }

  private static String memory() {
    return String.format(
        Locale.ROOT,
        "heap at most %.0f MB, resident at most %.0f MB",
        heapPeak() / 1e6,
        ProcessResources.now().peakResidentBytes() / 1e6);
  }

  /** The pools had their peaks at different times, so this is no less than the true peak. */
  private static long heapPeak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }
}
