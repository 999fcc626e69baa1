package io.seamark.knowledge.training;

import io.seamark.knowledge.frames.LabelledFrames;
import io.seamark.knowledge.frames.LabelledFrames.LabelledFrame;
import io.seamark.perception.Frame;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.TaskSample;
import io.seamark.setting.FrameSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far what is buffered of each edge agrees with the serving model. An edge's scores name the
 * cloud's masks, so one that sends wrong scores teaches wrong classes. The serving model's own look
 * at a few frames of each edge tells: an edge that agrees far less with it than its peers do is
 * held out of the round. Far is told by the median and the median absolute deviation, which half of
 * the edges cannot move (Hampel 1974, The influence curve and its role in robust estimation).
 *
 * @param byEdge mean share of pixels on which the buffered answer has the model's class, 0 to 1, of
 *     each edge that was examined
 * @param median of them; not a number where there are none
 * @param heldOut edges of which nothing is trained or judged on
 */
record EdgeAgreement(Map<String, Double> byEdge, double median, Set<String> heldOut) {
  /** Where no edge is examined. */
  static final EdgeAgreement NONE = new EdgeAgreement(Map.of(), Double.NaN, Set.of());

  private static final Logger LOG = LoggerFactory.getLogger(EdgeAgreement.class);

  /** Most edges that are examined, those with the most samples. */
  private static final int MOST_EDGES = 64;

  /** Frames of an edge that the model labels at most, evenly spread. */
  private static final int MOST_FRAMES = 8;

  /** With fewer samples an edge is not examined. */
  private static final int LEAST_SAMPLES = 5;

  /** With fewer edges none can be called the odd one. */
  private static final int LEAST_EDGES = 3;

  /** A normal distribution's deviation in units of its median absolute deviation. */
  private static final double DEVIATION = 1.4826;

  private static final int DEVIATIONS = 3;

  /**
   * Examines the edges of a round. On the same samples the same comes out.
   *
   * @param samples of the round
   * @param size that each frame is brought to
   * @param serving file of the model that serves
   * @param basemodel opens it
   * @param outlier the least difference from the median that holds an edge out, 0 to 1; 0 examines
   *     none
   * @param control can stop it
   * @return what was found, empty if it was stopped
   * @throws IOException if the model cannot be opened
   */
  static Optional<EdgeAgreement> of(
      LearningSamples samples,
      FrameSize size,
      Path serving,
      BaseModel basemodel,
      double outlier,
      RoundControl control)
      throws IOException {
    Map<String, List<Long>> chosen = outlier > 0 ? chosen(samples) : Map.of();
    if (chosen.size() < LEAST_EDGES) {
      return Optional.of(NONE);
    }
    Map<String, Double> byEdge = new TreeMap<>();
    Map<Boolean, BaseModel.Session> sessions = new HashMap<>();
    try {
      for (Map.Entry<String, List<Long>> edge : chosen.entrySet()) {
        LabelledFrames frames = samples.frames(edge.getValue()).at(size);
        double sum = 0;
        int looked = 0;
        for (int i = 0; i < frames.size(); i++) {
          if (control.cancelled()) {
            return Optional.empty();
          }
          LabelledFrame read;
          try {
            read = frames.read(i);
          } catch (IOException e) {
            LOG.warn("a frame of edge {} is not examined: {}", edge.getKey(), e.getMessage());
            continue;
          }
          Frame frame = read.frame();
          boolean depth = frame.depth() != null;
          BaseModel.Session session = sessions.get(depth);
          if (session == null) {
            session = basemodel.open(serving, size.width(), size.height(), depth);
            sessions.put(depth, session);
          }
          double agreement = read.target().agreement(session.infer(frame).classMap());
          if (Double.isFinite(agreement)) {
            sum += agreement;
            looked++;
          }
        }
        if (looked > 0) {
          byEdge.put(edge.getKey(), sum / looked);
        }
      }
    } finally {
      sessions.values().forEach(BaseModel.Session::close);
    }
    EdgeAgreement found = judged(byEdge, outlier);
    found.warn();
    return Optional.of(found);
  }

  /** Samples of each edge to look at. Counted first: the buffer may hold very many. */
  private static Map<String, List<Long>> chosen(LearningSamples samples) {
    Map<String, Integer> counts = new HashMap<>();
    samples.described().forEach(sample -> counts.merge(edge(sample), 1, Integer::sum));
    Map<String, Set<Integer>> places = new HashMap<>();
    counts.entrySet().stream()
        .filter(edge -> edge.getValue() >= LEAST_SAMPLES)
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_EDGES)
        .forEach(
            edge ->
                places.put(
                    edge.getKey(), new HashSet<>(Learner.places(edge.getValue(), MOST_FRAMES))));
    Map<String, Integer> met = new HashMap<>();
    Map<String, List<Long>> chosen = new TreeMap<>();
    samples
        .described()
        .forEach(
            sample -> {
              String edge = edge(sample);
              int place = met.merge(edge, 1, Integer::sum) - 1;
              if (places.getOrDefault(edge, Set.of()).contains(place)) {
                chosen.computeIfAbsent(edge, e -> new ArrayList<>()).add(sample.sequence());
              }
            });
    return chosen;
  }

  private static String edge(LearningSamples.Described sample) {
    return sample.task().attributes().getOrDefault(TaskSample.EDGE, "");
  }

  /**
   * Holds edges against each other.
   *
   * @param byEdge agreement of each, 0 to 1
   * @param outlier the least difference from the median that holds one out
   * @return with those that are held out
   */
  static EdgeAgreement judged(Map<String, Double> byEdge, double outlier) {
    if (byEdge.size() < LEAST_EDGES) {
      return new EdgeAgreement(byEdge, median(byEdge.values()), Set.of());
    }
    double median = median(byEdge.values());
    double spread =
        median(byEdge.values().stream().map(agreement -> Math.abs(agreement - median)).toList());
    double far = Math.max(outlier, DEVIATIONS * DEVIATION * spread);
    Set<String> heldOut = new TreeSet<>();
    byEdge.forEach(
        (edge, agreement) -> {
          if (median - agreement > far) {
            heldOut.add(edge);
          }
        });
    return new EdgeAgreement(byEdge, median, heldOut);
  }

  private static double median(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    return n == 0
        ? Double.NaN
        : Arrays.stream(sorted, (n - 1) / 2, n / 2 + 1).average().orElseThrow();
  }

  private void warn() {
    for (String edge : heldOut) {
      LOG.warn(
          "edge {} is held out of the round: its samples agree with the serving model on {} of the"
              + " pixels, the median of {} edges is {}",
          edge,
          String.format(Locale.ROOT, "%.3f", byEdge.get(edge)),
          byEdge.size(),
          String.format(Locale.ROOT, "%.3f", median));
    }
  }

  /**
   * For provenance.
   *
   * @return figures named {@code edge.NAME.agreement}, and {@code edge.NAME.held_out} of those that
   *     are
   */
  Map<String, Double> figures() {
    Map<String, Double> figures = new TreeMap<>();
    byEdge.forEach((edge, agreement) -> figures.put("edge." + edge + ".agreement", agreement));
    heldOut.forEach(edge -> figures.put("edge." + edge + ".held_out", 1.0));
    return figures;
  }
}
