package io.seamark.benchmark;

import io.seamark.durable.DurableFiles;
import io.seamark.edge.sync.LiveModel;
import io.seamark.imaging.Images;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.perception.SegmentMask.Box;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.registry.ConfiguredPlugins;
import io.seamark.registry.PluginRegistry;
import io.seamark.unknown.SamFusionProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares mask fusions on CamVid's dusk frames (train, {@code 0001TP_*}) and day frames (val):
 * mean IoU of the edge alone and of each fusion, with SAM's masks and with the labels' own segments
 * (what a perfect SAM would find), from the edge's scores and from those of the views that {@code
 * sam_fusion} takes with its {@code edge-model}. Undecided pixels keep the edge's class, as on the
 * device. Then the processor time that a fusion takes for 100 masks on the last frame, on one
 * thread.
 *
 * <p>SAM's masks, which cost seconds a frame, are kept in a folder; change the generator's settings
 * only with a fresh one.
 */
public final class FusionComparison {
  private static final List<String> FUSIONS = List.of("majority_vote", "score_sum", "quality_sum");
  private static final double BRIGHTNESS = 0.42;

  private FusionComparison() {}

  /**
   * Prints the tables.
   *
   * @param arguments CamVid's folder, edge model, SAM's folder, folder for masks, every how many
   *     frames one is taken; then plugin settings as {@code KEY=VALUE}
   * @throws IOException if something cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 5) {
      throw new IllegalArgumentException(
          "usage: FusionComparison CAMVID MODEL SAM MASKS STEP [KEY=VALUE...]");
    }
    Path camvid = Path.of(arguments[0]);
    Path model = Path.of(arguments[1]);
    Path kept = Files.createDirectories(Path.of(arguments[3]));
    int step = Integer.parseInt(arguments[4]);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("mask_generator.segment_anything.folder", arguments[2]);
    for (String setting : Arrays.asList(arguments).subList(5, arguments.length)) {
      settings.put(
          setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
    }
    PluginRegistry registry =
        PluginRegistry.discover(null, FusionComparison.class.getClassLoader());
    ConfiguredPlugins plugins = new ConfiguredPlugins(registry, settings, 1, 2);
    ClassScores scores;
    try (LiveModel live = new LiveModel(plugins.create(PluginKind.BASEMODEL), "bench", model)) {
      List<Path> dusk = images(camvid.resolve("train"), "0001TP_", step);
      compare("dusk", dusk, live, kept, plugins, registry);
      List<Path> day = images(camvid.resolve("val"), "", step);
      scores = compare("day", day, live, kept, plugins, registry);
    }
    for (String name : FUSIONS) {
      System.out.printf(
          Locale.ROOT,
          "%s: %.1f ms of CPU for 100 masks%n",
          name,
          milliseconds(fusion(registry, name), scores));
    }
  }

  private static List<Path> images(Path folder, String prefix, int step) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.filter(f -> f.getFileName().toString().startsWith(prefix)).sorted().toList();
    }
    List<Path> some = new ArrayList<>();
    for (int i = 0; i < all.size(); i += step) {
      some.add(all.get(i));
    }
    return some;
  }

  private static MaskFusion fusion(PluginRegistry registry, String name) {
    Map<String, String> chosen =
        Map.of(ConfiguredPlugins.selectionKey(PluginKind.MASK_FUSION), name);
    return new ConfiguredPlugins(registry, chosen, 1, 1).create(PluginKind.MASK_FUSION);
  }

  /** Returns the last frame's scores. */
  private static ClassScores compare(
      String set,
      List<Path> images,
      LiveModel live,
      Path kept,
      ConfiguredPlugins plugins,
      PluginRegistry registry)
      throws IOException {
    int classes = live.classes().size();
    Map<String, ConfusionMatrix> counts = new LinkedHashMap<>();
    Map<String, MaskFusion> fusions = new LinkedHashMap<>();
    for (String name : FUSIONS) {
      fusions.put(name, fusion(registry, name));
    }
    Look look = new Look(plugins);
    ClassScores last = null;
    SamFusionProvider.Parameters parameters =
        new SamFusionProvider.Parameters(live.file(), BRIGHTNESS);
    try (MaskGenerator generator = plugins.create(PluginKind.MASK_GENERATOR);
        UnseenTaskProcessing views = new SamFusionProvider().create(parameters, look)) {
      for (Path image : images) {
        Frame frame = Images.decodeFrame(Files.readAllBytes(image));
        String name = image.getFileName().toString().replaceAll("\\.[a-z]+$", "");
        Path labels = Path.of(image.toAbsolutePath().getParent() + "annot");
        ClassMap label = Images.decodeClassMap(Files.readAllBytes(labels.resolve(name + ".png")));
        ClassScores coarse = live.infer(frame).prediction().scores();
        ClassScores own = coarse.resize(frame.width(), frame.height());
        last = own;
        ClassMap edge = own.argmax();
        add(counts, "edge alone", classes, label, edge);
        add(counts, "views alone", classes, label, views.process(frame, coarse).classMap());
        ClassScores looked = Objects.requireNonNull(look.scores);
        List<SegmentMask> found = kept(kept.resolve(name), frame, coarse, generator);
        List<SegmentMask> perfect = segments(label, classes);
        for (Map.Entry<String, MaskFusion> fusion : fusions.entrySet()) {
          for (boolean sam : new boolean[] {true, false}) {
            for (ClassScores scores : List.of(own, looked)) {
              ClassMap fused = fusion.getValue().fuse(scores, sam ? found : perfect);
              String row =
                  (sam ? "SAM, " : "labels' segments, ")
                      + (scores.equals(own) ? "" : "views, ")
                      + fusion.getKey();
              add(counts, row, classes, label, fused.orElse(edge));
            }
          }
        }
      }
    }
    System.out.printf("%s, %d frames%n", set, images.size());
    counts.forEach(
        (row, count) -> System.out.printf(Locale.ROOT, "  %-42s %.4f%n", row, count.meanIou()));
    return Objects.requireNonNull(last);
  }

  /** Gives {@code sam_fusion} no masks, and keeps the scores that it would fuse. */
  private static final class Look implements PluginContext, MaskGenerator, MaskFusion {
    private final ConfiguredPlugins plugins;
    private @Nullable ClassScores scores;

    Look(ConfiguredPlugins plugins) {
      this.plugins = plugins;
    }

    @Override
    public long seed() {
      return 1;
    }

    @Override
    public int threads() {
      return 2;
    }

    @Override
    public <Q> Q plugin(PluginKind<Q> kind) {
      return kind.type().isInstance(this) ? kind.type().cast(this) : plugins.create(kind);
    }

    @Override
    public <Q> Q plugin(PluginKind<Q> kind, String name) {
      return plugin(kind);
    }

    @Override
    public Generated generate(Frame frame) {
      return new Generated(List.of(), Map.of());
    }

    @Override
    public ClassMap fuse(ClassScores given, List<SegmentMask> masks) {
      scores = given;
      return given.argmax();
    }

    @Override
    public void close() {}
  }

  private static void add(
      Map<String, ConfusionMatrix> counts, String row, int classes, ClassMap label, ClassMap map) {
    counts.computeIfAbsent(row, n -> new ConfusionMatrix(classes)).add(label, map);
  }

  /** Connected regions of one class, by edges. */
  static List<SegmentMask> segments(ClassMap label, int classes) {
    int width = label.width();
    int plane = width * label.height();
    byte[] map = label.classes();
    boolean[] seen = new boolean[plane];
    List<SegmentMask> found = new ArrayList<>();
    ArrayDeque<Integer> next = new ArrayDeque<>();
    for (int start = 0; start < plane; start++) {
      if (seen[start] || (map[start] & 0xFF) >= classes) {
        continue;
      }
      BitSet pixels = new BitSet(plane);
      seen[start] = true;
      next.add(start);
      while (!next.isEmpty()) {
        int i = next.remove();
        pixels.set(i);
        int[] around = {
          i % width > 0 ? i - 1 : i,
          i % width < width - 1 ? i + 1 : i,
          i >= width ? i - width : i,
          i < plane - width ? i + width : i
        };
        for (int j : around) {
          if (!seen[j] && map[j] == map[i]) {
            seen[j] = true;
            next.add(j);
          }
        }
      }
      found.add(mask(width, label.height(), pixels, 1, 1));
    }
    return found;
  }

  /** Its prompt and its crop are not known. */
  static SegmentMask mask(
      int width, int height, BitSet pixels, float predictedIou, float stability) {
    Box whole = new Box(0, 0, width, height);
    int area = pixels.cardinality();
    return new SegmentMask(
        width, height, pixels, area, whole, predictedIou, stability, 0, 0, whole);
  }

  /** A file of predicted IoU, stability and bits, mask by mask; made where there is none. */
  private static List<SegmentMask> kept(
      Path file, Frame frame, ClassScores scores, MaskGenerator generator) throws IOException {
    int size = (frame.width() * frame.height() + 7) / 8;
    if (!Files.isRegularFile(file)) {
      List<SegmentMask> masks = generator.generate(frame, scores).masks();
      ByteBuffer bytes = ByteBuffer.allocate(masks.size() * (8 + size));
      for (SegmentMask mask : masks) {
        bytes.putFloat(mask.predictedIou()).putFloat(mask.stabilityScore());
        bytes.put(Arrays.copyOf(mask.pixels().toByteArray(), size));
      }
      DurableFiles.replace(file, bytes.array());
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    List<SegmentMask> masks = new ArrayList<>();
    while (bytes.hasRemaining()) {
      float predictedIou = bytes.getFloat();
      float stability = bytes.getFloat();
      byte[] bits = new byte[size];
      bytes.get(bits);
      masks.add(mask(frame.width(), frame.height(), BitSet.valueOf(bits), predictedIou, stability));
    }
    return masks;
  }

  /** Median of 21 after as many to warm up, on ellipses of all sizes. */
  private static double milliseconds(MaskFusion fusion, ClassScores scores) {
    int width = scores.width();
    int height = scores.height();
    Random random = new Random(1);
    List<SegmentMask> masks = new ArrayList<>();
    for (int m = 0; m < 100; m++) {
      double x = random.nextInt(width);
      double y = random.nextInt(height);
      double a = 4 + 150 * Math.pow(random.nextDouble(), 2);
      double b = 4 + 100 * Math.pow(random.nextDouble(), 2);
      BitSet pixels = new BitSet(width * height);
      for (int i = 0; i < width * height; i++) {
        int column = i % width;
        int row = i / width;
        double dx = (column - x) / a;
        double dy = (row - y) / b;
        if (dx * dx + dy * dy < 1) {
          pixels.set(i);
        }
      }
      masks.add(mask(width, height, pixels, 0.6f + 0.4f * random.nextFloat(), 0.9f));
    }
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    double[] times = new double[42];
    for (int i = 0; i < times.length; i++) {
      long start = clock.getCurrentThreadCpuTime();
      fusion.fuse(scores, masks);
      times[i] = (clock.getCurrentThreadCpuTime() - start) / 1e6;
    }
    double[] warm = Arrays.copyOfRange(times, 21, 42);
    Arrays.sort(warm);
    return warm[10];
  }
}
