package io.seamark.benchmark;

import com.sun.management.OperatingSystemMXBean;
import io.seamark.imaging.Images;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import io.seamark.setting.HyperparameterBinding;
import io.seamark.unknown.segment.MaskRecords;
import io.seamark.unknown.segment.Mode;
import io.seamark.unknown.segment.SegmentAnything;
import io.seamark.unknown.segment.SegmentAnythingParameters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The curve of recall over seconds of the fast mode: how many of the masks that another program
 * found, such as the Python original, it finds at an IoU of 0.75, with more and more prompts.
 */
public final class MaskRecall {
  private static final double FOUND = 0.75;
  private static final double WANTED = 0.9;
  private static final String REFERENCE = "reference";

  private record Scene(Frame frame, List<SegmentMask> reference) {}

  private record Point(double seconds, double recall) {}

  private MaskRecall() {}

  /**
   * Prints a line for each number of prompts, then the fastest that finds 90 %.
   *
   * @param arguments model folder; folder of images; folder of SAM's mask records as JSON, named
   *     after the images, which say what images are looked at; threads; then numbers of prompts to
   *     try, or {@code reference} for that mode
   * @throws IOException if a file cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 5) {
      throw new IllegalArgumentException(
          "usage: MaskRecall SAM IMAGES RECORDS THREADS (PROMPTS | reference)...");
    }
    Path sam = Path.of(arguments[0]);
    int threads = Integer.parseInt(arguments[3]);
    List<Scene> scenes = scenes(Path.of(arguments[1]), Path.of(arguments[2]));
    System.out.printf(
        "%d images, %d masks of the reference, which cover %.3f%n",
        scenes.size(),
        scenes.stream().mapToInt(s -> s.reference.size()).sum(),
        scenes.stream().mapToDouble(s -> covered(s.reference)).average().orElse(0));
    int fastest = 0;
    Point best = new Point(Double.POSITIVE_INFINITY, 0);
    for (String tried : Arrays.asList(arguments).subList(4, arguments.length)) {
      if (tried.equals(REFERENCE)) {
        measure(sam, Mode.REFERENCE, 1, threads, scenes);
        continue;
      }
      int prompts = Integer.parseInt(tried);
      Point point = measure(sam, Mode.FAST, prompts, threads, scenes);
      if (point.recall >= WANTED && point.seconds < best.seconds) {
        best = point;
        fastest = prompts;
      }
    }
    System.out.println(
        fastest == 0
            ? "no number of prompts finds 90 %"
            : String.format(
                Locale.ROOT,
                "fastest with 90 %%: %d prompts, %.2f s a frame, recall %.3f",
                fastest,
                best.seconds,
                best.recall));
  }

  private static List<Scene> scenes(Path images, Path records) throws IOException {
    List<Scene> scenes = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(records, "*.json")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName()).replaceFirst("json$", "jpg");
        scenes.add(
            new Scene(
                Images.decodeFrame(Files.readAllBytes(images.resolve(name))),
                MaskRecords.read(Files.readAllBytes(file))));
      }
    }
    return scenes;
  }

  private static Point measure(Path sam, Mode mode, int prompts, int threads, List<Scene> scenes)
      throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    SegmentAnythingParameters parameters =
        new HyperparameterBinding<>(SegmentAnythingParameters.class)
            .bind(
                Map.of(
                    "folder", sam.toString(),
                    "mode", mode.name(),
                    "max-prompts", Integer.toString(prompts)));
    double[] seconds = new double[scenes.size()];
    int hits = 0;
    int wanted = 0;
    int found = 0;
    double best = 0;
    double covered = 0;
    long processor = 0;
    try (SegmentAnything generator = SegmentAnything.open(parameters, threads)) {
      for (int i = 0; i < seconds.length; i++) {
        Scene scene = scenes.get(i);
        long start = System.nanoTime();
        long used = system.getProcessCpuTime();
        List<SegmentMask> masks = generator.generate(scene.frame).masks();
        seconds[i] = (System.nanoTime() - start) / 1e9;
        processor += system.getProcessCpuTime() - used;
        found += masks.size();
        covered += covered(masks) / seconds.length;
        for (SegmentMask mask : scene.reference) {
          double overlap = masks.stream().mapToDouble(m -> iou(m, mask)).max().orElse(0);
          hits += overlap >= FOUND ? 1 : 0;
          best += overlap;
          wanted++;
        }
      }
    }
    Arrays.sort(seconds);
    Point point = new Point(seconds[seconds.length / 2], (double) hits / Math.max(1, wanted));
    System.out.printf(
        Locale.ROOT,
        "%s: %6.2f s a frame (median; %.1f s of processor time), recall %.3f,"
            + " mean best IoU %.3f, %d masks, covered %.3f%n",
        mode == Mode.FAST ? "fast, " + prompts + " prompts" : REFERENCE,
        point.seconds,
        processor / 1e9 / seconds.length,
        point.recall,
        best / Math.max(1, wanted),
        found,
        covered);
    return point;
  }

  private static double iou(SegmentMask a, SegmentMask b) {
    BitSet both = (BitSet) a.pixels().clone();
    both.and(b.pixels());
    int shared = both.cardinality();
    return (double) shared / (a.area() + b.area() - shared);
  }

  private static double covered(List<SegmentMask> masks) {
    BitSet all = new BitSet();
    masks.forEach(mask -> all.or(mask.pixels()));
    return masks.isEmpty()
        ? 0
        : all.cardinality() / (double) (masks.get(0).width() * masks.get(0).height());
  }
}
