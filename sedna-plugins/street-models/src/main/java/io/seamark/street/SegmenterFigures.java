package io.seamark.street;

import io.seamark.network.EdgeModel;
import io.seamark.network.Safetensors;
import io.seamark.network.Weights;
import io.seamark.network.tensorflow.RfNetTrainer;
import io.seamark.network.tensorflow.SegmenterTrainer;
import io.seamark.network.tensorflow.TrainingOptions;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassScores;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.Frame;
import io.seamark.source.ProceduralStreet;
import io.seamark.source.Weather;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Measures a segmenter on streets it has not seen: how well one point finds a thing, and what
 * automatic masks do for the edge model's answers.
 */
final class SegmenterFigures {
  private static final int WIDTH = Streets.WIDTH;
  private static final int HEIGHT = Streets.HEIGHT;
  private static final double OFFSET = 0.5;
  private static final double AGREEMENT = 0.5;
  private static final double SURE = 0.8;
  private static final double[] IOU_THRESHOLDS = {0.5, 0.6, 0.7, 0.8};
  private static final double[] STABILITY_THRESHOLDS = {0.5, 0.7, 0.9};

  private record Mask(BitSet pixels, int area, int[] box, float iou, double stability) {}

  private final Weights weights;
  private final EdgeModel edge;
  private final ProceduralStreet city;
  private final int threads;
  private final int frames;
  private final int grid;
  private final PrintStream out;

  SegmenterFigures(
      Path segmenter, Path edge, long city, int frames, int grid, int threads, PrintStream out)
      throws IOException {
    this.city = new ProceduralStreet(city, WIDTH, HEIGHT);
    this.weights = Safetensors.read(segmenter);
    this.edge = EdgeModel.load(edge);
    this.frames = frames;
    this.grid = grid;
    this.threads = threads;
    this.out = out;
  }

  void print() {
    TrainingOptions options = TrainingOptions.fineTuning(1, 1, 1, threads);
    try (SegmenterTrainer segmenter = new SegmenterTrainer(weights, WIDTH, HEIGHT, 1, 1, options);
        RfNetTrainer network = new RfNetTrainer(edge, WIDTH, HEIGHT, options)) {
      for (Weather weather : Weather.values()) {
        print(segmenter, network, weather);
      }
    }
  }

  private void print(SegmenterTrainer segmenter, RfNetTrainer network, Weather weather) {
    int classes = edge.classes().size();
    double best = 0;
    double chosen = 0;
    int things = 0;
    int variants = IOU_THRESHOLDS.length * STABILITY_THRESHOLDS.length;
    double[] automatic = new double[variants];
    double[] kept = new double[variants];
    ConfusionMatrix alone = new ConfusionMatrix(classes);
    ConfusionMatrix perfect = new ConfusionMatrix(classes);
    List<ConfusionMatrix> fused = new ArrayList<>();
    List<ConfusionMatrix> guarded = new ArrayList<>();
    for (int i = 0; i < variants; i++) {
      fused.add(new ConfusionMatrix(classes));
      guarded.add(new ConfusionMatrix(classes));
    }
    for (int i = 0; i < frames; i++) {
      ProceduralStreet.Rendered rendered = city.render(i, weather);
      Frame frame = rendered.sample().frame();
      ClassMap label = Objects.requireNonNull(rendered.sample().label());
      RegionPrompts prompts = new RegionPrompts(label, RegionPrompts.SIZE);
      List<int[]> all = prompts.regions();
      float[] centres = new float[2 * all.size()];
      for (int t = 0; t < all.size(); t++) {
        int centre = prompts.centre(all.get(t));
        centres[2 * t] = centre % WIDTH;
        centres[2 * t + 1] = Math.floorDiv(centre, WIDTH);
      }
      List<Mask> answers = masks(segmenter.decode(frame, centres));
      for (int t = 0; t < all.size(); t++) {
        double highest = 0;
        Mask favourite = answers.get(3 * t);
        for (Mask mask : answers.subList(3 * t, 3 * t + 3)) {
          highest = Math.max(highest, overlap(mask, all.get(t)));
          favourite = mask.iou() > favourite.iou() ? mask : favourite;
        }
        best += highest;
        chosen += overlap(favourite, all.get(t));
        things++;
      }
      List<Mask> grown = masks(segmenter.decode(frame, grid()));
      ClassScores scores =
          new ClassScores(classes, (WIDTH + 3) / 4, (HEIGHT + 3) / 4, network.logits(frame))
              .resize(WIDTH, HEIGHT);
      alone.add(label, scores.argmax());
      perfect.add(label, fuse(scores, things(rendered.segments())));
      for (int v = 0; v < variants; v++) {
        List<Mask> masks =
            select(
                grown,
                IOU_THRESHOLDS[v / STABILITY_THRESHOLDS.length],
                STABILITY_THRESHOLDS[v % STABILITY_THRESHOLDS.length]);
        kept[v] += (double) masks.size() / frames;
        for (int[] thing : all) {
          automatic[v] += masks.stream().mapToDouble(m -> overlap(m, thing)).max().orElse(0);
        }
        fused.get(v).add(label, fuse(scores, masks));
        guarded.get(v).add(label, fuseGuarded(scores, masks));
      }
    }
    out.printf(
        "segmenter %s: %d regions, IoU at the centre point best of three %.4f, the one it chose %.4f;"
            + " edge alone mIoU %.4f, with perfect masks %.4f%n",
        weather.domain(),
        things,
        best / things,
        chosen / things,
        alone.meanIou(),
        perfect.meanIou());
    for (int v = 0; v < variants; v++) {
      out.printf(
          "  automatic %dx%d pred_iou %.2f stability %.2f: %.1f masks, IoU %.4f, score sum mIoU %.4f, guarded %.4f%n",
          grid,
          grid,
          IOU_THRESHOLDS[v / STABILITY_THRESHOLDS.length],
          STABILITY_THRESHOLDS[v % STABILITY_THRESHOLDS.length],
          kept[v],
          automatic[v] / things,
          fused.get(v).meanIou(),
          guarded.get(v).meanIou());
    }
  }

  private float[] grid() {
    float[] points = new float[2 * grid * grid];
    for (int i = 0; i < grid * grid; i++) {
      points[2 * i] = (i % grid + 0.5f) / grid * WIDTH;
      points[2 * i + 1] = (Math.floorDiv(i, grid) + 0.5f) / grid * HEIGHT;
    }
    return points;
  }

  private static List<Mask> things(int[] segments) {
    Map<Integer, List<Integer>> pixels = new LinkedHashMap<>();
    for (int i = 0; i < segments.length; i++) {
      pixels.computeIfAbsent(segments[i], id -> new ArrayList<>()).add(i);
    }
    return pixels.values().stream()
        .map(list -> mask(list.stream().mapToInt(Integer::intValue).toArray()))
        .toList();
  }

  private static Mask mask(int[] thing) {
    BitSet pixels = new BitSet(WIDTH * HEIGHT);
    for (int p : thing) {
      pixels.set(p);
    }
    return new Mask(pixels, thing.length, new int[4], 1, 1);
  }

  /** Masks 1 to 3 of every point at the frame's size. */
  private static List<Mask> masks(SegmenterTrainer.Decoded decoded) {
    int side = decoded.side();
    int points = decoded.iou().length / 4;
    double scale = (double) side / Math.max(WIDTH, HEIGHT);
    List<Mask> masks = new ArrayList<>();
    for (int i = 0; i < 4 * points; i++) {
      if (i % 4 == 0) {
        continue;
      }
      BitSet pixels = new BitSet(WIDTH * HEIGHT);
      int strict = 0;
      int lax = 0;
      int[] box = {WIDTH, HEIGHT, 0, 0};
      for (int y = 0; y < HEIGHT; y++) {
        double v = Math.max(0, (y + 0.5) * scale - 0.5);
        int y0 = (int) v;
        int y1 = Math.min(y0 + 1, side - 1);
        for (int x = 0; x < WIDTH; x++) {
          double u = Math.max(0, (x + 0.5) * scale - 0.5);
          int x0 = (int) u;
          int x1 = Math.min(x0 + 1, side - 1);
          float[] m = decoded.masks();
          int at = i * side * side;
          double top = m[at + y0 * side + x0] * (1 - u + x0) + m[at + y0 * side + x1] * (u - x0);
          double low = m[at + y1 * side + x0] * (1 - u + x0) + m[at + y1 * side + x1] * (u - x0);
          double logit = top * (1 - v + y0) + low * (v - y0);
          strict += logit > OFFSET ? 1 : 0;
          lax += logit > -OFFSET ? 1 : 0;
          if (logit > 0) {
            pixels.set(y * WIDTH + x);
            box[0] = Math.min(box[0], x);
            box[1] = Math.min(box[1], y);
            box[2] = Math.max(box[2], x);
            box[3] = Math.max(box[3], y);
          }
        }
      }
      double stability = lax == 0 ? 0 : (double) strict / lax;
      masks.add(new Mask(pixels, pixels.cardinality(), box, decoded.iou()[i], stability));
    }
    return masks;
  }

  private static double overlap(Mask mask, int[] thing) {
    int both = 0;
    for (int p : thing) {
      both += mask.pixels().get(p) ? 1 : 0;
    }
    return (double) both / (mask.area() + thing.length - both);
  }

  /** SAM's filtering: both thresholds, then non-maximum suppression of boxes at 0.7. */
  private static List<Mask> select(List<Mask> masks, double iou, double stability) {
    List<Mask> sorted =
        masks.stream()
            .filter(m -> m.area() > 0 && m.iou() > iou && m.stability() >= stability)
            .sorted(Comparator.comparing(Mask::iou).reversed())
            .toList();
    List<Mask> kept = new ArrayList<>();
    for (Mask mask : sorted) {
      if (kept.stream().noneMatch(k -> overlap(k.box(), mask.box()) > 0.7)) {
        kept.add(mask);
      }
    }
    return kept;
  }

  private static double overlap(int[] a, int[] b) {
    double w = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
    double h = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    double areas = (double) (a[2] - a[0]) * (a[3] - a[1]) + (double) (b[2] - b[0]) * (b[3] - b[1]);
    return w * h / Math.max(1e-9, areas - w * h);
  }

  /** Ianvs's rule: in each mask, largest first, the class whose scores sum highest. */
  private static ClassMap fuse(ClassScores scores, List<Mask> masks) {
    byte[] classes = scores.argmax().classes();
    int plane = WIDTH * HEIGHT;
    for (Mask mask : masks.stream().sorted(Comparator.comparing(Mask::area).reversed()).toList()) {
      int best = 0;
      double highest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < scores.classes(); c++) {
        double sum = 0;
        for (int p = mask.pixels().nextSetBit(0); p >= 0; p = mask.pixels().nextSetBit(p + 1)) {
          sum += scores.logits()[c * plane + p];
        }
        if (sum > highest) {
          highest = sum;
          best = c;
        }
      }
      byte label = (byte) best;
      mask.pixels().stream().forEach(p -> classes[p] = label);
    }
    return new ClassMap(WIDTH, HEIGHT, classes);
  }

  /** The same over probabilities; unsure masks are left out and sure pixels left alone. */
  private static ClassMap fuseGuarded(ClassScores scores, List<Mask> masks) {
    int plane = WIDTH * HEIGHT;
    float[] probabilities = scores.logits().clone();
    byte[] start = scores.argmax().classes();
    boolean[] sure = new boolean[plane];
    for (int p = 0; p < plane; p++) {
      double sum = 0;
      float top = scores.logits()[start[p] * plane + p];
      for (int c = 0; c < scores.classes(); c++) {
        probabilities[c * plane + p] = (float) Math.exp(probabilities[c * plane + p] - top);
        sum += probabilities[c * plane + p];
      }
      for (int c = 0; c < scores.classes(); c++) {
        probabilities[c * plane + p] /= (float) sum;
      }
      sure[p] = 1 / sum >= SURE;
    }
    ClassScores shares = new ClassScores(scores.classes(), WIDTH, HEIGHT, probabilities);
    List<Mask> agreed = masks.stream().filter(m -> share(shares, m) >= AGREEMENT).toList();
    byte[] classes = fuse(shares, agreed).classes();
    for (int p = 0; p < plane; p++) {
      if (sure[p]) {
        classes[p] = start[p];
      }
    }
    return new ClassMap(WIDTH, HEIGHT, classes);
  }

  /** Mean probability of a mask's best class inside it. */
  private static double share(ClassScores probabilities, Mask mask) {
    int plane = WIDTH * HEIGHT;
    double highest = 0;
    for (int c = 0; c < probabilities.classes(); c++) {
      int from = c * plane;
      double sum = mask.pixels().stream().mapToDouble(p -> probabilities.logits()[from + p]).sum();
      highest = Math.max(highest, sum);
    }
    return highest / Math.max(1, mask.area());
  }
}
