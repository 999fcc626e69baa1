package io.seamark.benchmark;

import io.seamark.imaging.Images;
import io.seamark.inference.RfNetModel;
import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.RetainedFolder;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ConfusionMatrix;
import io.seamark.perception.PixelConfidence;
import io.seamark.perception.Prediction;
import io.seamark.plugin.BaseModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Can a miner's score tell the frames that the edge gets wrong? For each score the area under the
 * ROC curve for "the edge's mIoU of this frame is in the worst third", and the mIoU of a mixed
 * stream over the share of its frames that the cloud answers, those of the lowest scores.
 *
 * <p>The stream takes as many frames of the second folder, drawn by the seed, as the first has. The
 * area is over all frames of each folder and over the stream. The cloud's answers come from {@code
 * predict --cloud-path}.
 */
public final class AppealNetComparison {
  private static final int POINTS = 10;
  private static final int RANDOM_ORDERS = 200;

  private AppealNetComparison() {}

  /** A frame's scores by miner, and how edge and cloud answer it. */
  private record Judged(
      Map<String, Double> scores, ConfusionMatrix edge, ConfusionMatrix cloud, double edgeMeanIou) {
    double score(String name) {
      return scores.getOrDefault(name, Double.NaN);
    }
  }

  /**
   * Prints both tables.
   *
   * @param arguments edge model with an AppealNet head, threads, seed, then for each of the two
   *     kinds of frame: {@code FOLDER:GLOB,GLOB} with labels in {@code FOLDERannot}, and the folder
   *     of the cloud's answers
   * @throws IOException if something cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 7) {
      throw new IllegalArgumentException(
          "usage: AppealNetComparison MODEL THREADS SEED DUSK DUSK-ANSWERS DAY DAY-ANSWERS");
    }
    Path model = Path.of(arguments[0]);
    int threads = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    List<Judged> first = judge(model, threads, arguments[3], Path.of(arguments[4]));
    List<Judged> second = judge(model, threads, arguments[5], Path.of(arguments[6]));
    Random random = new Random(seed);
    List<Judged> drawn = new ArrayList<>(second);
    Collections.shuffle(drawn, random);
    List<Judged> stream = new ArrayList<>(first);
    stream.addAll(drawn.subList(0, Math.min(first.size(), drawn.size())));
    Collections.shuffle(stream, random);

    List<String> names = List.copyOf(stream.get(0).scores().keySet());
    System.out.printf(
        "frames: %d, %d, stream %d%narea under ROC      first  second  stream%n",
        first.size(), second.size(), stream.size());
    for (String name : names) {
      System.out.printf(
          Locale.ROOT,
          "%-18s %7.3f %7.3f %7.3f%n",
          name,
          area(first, name),
          area(second, name),
          area(stream, name));
    }
    System.out.print("mIoU at uploads   ");
    IntStream.rangeClosed(0, POINTS).forEach(i -> System.out.printf(" %5d%%", 100 * i / POINTS));
    System.out.println("   area");
    for (String name : names) {
      print(name, curve(sorted(stream, name)));
    }
    double[] mean = new double[POINTS + 1];
    for (int i = 0; i < RANDOM_ORDERS; i++) {
      Collections.shuffle(stream, random);
      double[] one = curve(stream);
      for (int p = 0; p <= POINTS; p++) {
        mean[p] += one[p] / RANDOM_ORDERS;
      }
    }
    print("random", mean);
  }

  private static List<Judged> judge(Path model, int threads, String frames, Path answers)
      throws IOException {
    LabelledFrames labelled = RetainedFolder.open(frames, null);
    LabelledFrames answered = RetainedFolder.open(frames, answers);
    if (labelled.size() != answered.size()) {
      throw new IOException(
          frames + ": " + labelled.size() + " labels, but " + answered.size() + " answers");
    }
    Map<String, ToDoubleFunction<Prediction>> miners = new LinkedHashMap<>();
    miners.put("score_margin", p -> mean(p.confidence(), (c, i) -> c.top()[i] - c.second()[i]));
    miners.put("confidence_share", p -> mean(p.confidence(), (c, i) -> c.top()[i] > 0.9 ? 1 : 0));
    miners.put("entropy", p -> mean(p.confidence(), (c, i) -> 1 - c.entropy()[i]));
    miners.put("appealnet", AppealNetComparison::appealNet);
    List<Judged> judged = new ArrayList<>();
    LabelledFrames.LabelledFrame sizing = labelled.read(0);
    int width = sizing.frame().width();
    int height = sizing.frame().height();
    try (BaseModel.Session session = new RfNetModel(threads).open(model, width, height, false)) {
      for (int i = 0; i < labelled.size(); i++) {
        LabelledFrames.LabelledFrame frame = labelled.read(i);
        Prediction prediction = session.infer(Images.resize(frame.frame(), width, height));
        int classes = prediction.scores().classes();
        ConfusionMatrix edge = confusion(classes, frame.target(), prediction.classMap());
        Map<String, Double> scores = new LinkedHashMap<>();
        miners.forEach((name, score) -> scores.put(name, score.applyAsDouble(prediction)));
        judged.add(
            new Judged(
                scores,
                edge,
                confusion(classes, frame.target(), answered.read(i).target()),
                edge.meanIou()));
      }
    }
    return judged;
  }

  private static double appealNet(Prediction prediction) {
    Double q = prediction.appealNet();
    if (q == null) {
      throw new IllegalArgumentException(
          "the model has no AppealNet head; 'seamark model appealnet' gives it one");
    }
    return q;
  }

  /** A value of one cell. */
  private interface Cell {
    double of(PixelConfidence confidence, int cell);
  }

  private static double mean(PixelConfidence confidence, Cell cell) {
    return IntStream.range(0, confidence.top().length)
        .mapToDouble(i -> cell.of(confidence, i))
        .average()
        .orElseThrow();
  }

  private static ConfusionMatrix confusion(int classes, ClassMap label, ClassMap answer) {
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    matrix.add(label, answer);
    return matrix;
  }

  private static List<Judged> sorted(List<Judged> frames, String name) {
    return frames.stream().sorted(Comparator.comparingDouble(f -> f.score(name))).toList();
  }

  /** Probability that a frame of the worst third has a lower score than another. */
  private static double area(List<Judged> frames, String name) {
    List<Judged> byMeanIou =
        frames.stream().sorted(Comparator.comparingDouble(Judged::edgeMeanIou)).toList();
    int worst = (int) Math.round(frames.size() / 3.0);
    double won = 0;
    for (Judged bad : byMeanIou.subList(0, worst)) {
      for (Judged good : byMeanIou.subList(worst, byMeanIou.size())) {
        int order = Double.compare(bad.score(name), good.score(name));
        won += order < 0 ? 1 : order == 0 ? 0.5 : 0;
      }
    }
    return won / ((double) worst * (frames.size() - worst));
  }

  /** mIoU over all pixels of the stream, the first frames answered by the cloud. */
  private static double[] curve(List<Judged> inOrder) {
    double[] curve = new double[POINTS + 1];
    for (int p = 0; p <= POINTS; p++) {
      int uploads = (int) Math.round((double) p * inOrder.size() / POINTS);
      ConfusionMatrix all = new ConfusionMatrix(inOrder.get(0).edge().classes());
      for (int i = 0; i < inOrder.size(); i++) {
        all.add(i < uploads ? inOrder.get(i).cloud() : inOrder.get(i).edge());
      }
      curve[p] = all.meanIou();
    }
    return curve;
  }

  private static void print(String name, double[] curve) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-18s", name));
    double area = 0;
    for (int p = 0; p <= POINTS; p++) {
      line.append(String.format(Locale.ROOT, " %.4f", curve[p]));
      area += p == 0 ? 0 : (curve[p - 1] + curve[p]) / 2 / POINTS;
    }
    System.out.println(line.append(String.format(Locale.ROOT, " %.4f", area)));
  }
}
