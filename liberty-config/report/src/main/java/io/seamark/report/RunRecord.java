package io.seamark.report;

import io.seamark.knowledge.model.Figures;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Verdict;
import io.seamark.perception.ClassMap;
import io.seamark.perception.ClassSet;
import io.seamark.perception.Frame;
import io.seamark.perception.SegmentMask;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is told about a run. Figures that the frames themselves give (shares,
 * percentiles, totals) are computed from them when the report is written, so they are not given
 * twice.
 *
 * @param title one line, such as {@code Street, day to fog}
 * @param started when the first frame was asked for
 * @param seconds how long the run took, from start to the last answer
 * @param setup what ran, in the order to show: source, models, cloud, seed, threads, machine and so
 *     on
 * @param classes of the edge model
 * @param outcome the three figures that say whether the loop was worth it
 * @param extra further figures for the summary table, after the computed ones
 * @param frames every frame that was answered, in stream order
 * @param moments frames to show with their pictures, in stream order
 * @param models every model version that served or was judged, oldest first
 * @param badFrames items of the source that were skipped
 * @param plugins what was configured, for provenance
 * @param notes what is odd about the frames' source and about the scores, one line each; see {@link
 *     io.seamark.perception.ScoreNotes}
 */
public record RunRecord(
    String title,
    Instant started,
    double seconds,
    Map<String, String> setup,
    ClassSet classes,
    Outcome outcome,
    List<Figure> extra,
    List<FrameFigures> frames,
    List<Moment> moments,
    List<ServedModel> models,
    List<BadFrame> badFrames,
    List<PluginChoice> plugins,
    List<String> notes) {

  /** Copies the collections, keeping their order. */
  public RunRecord {
    setup = ordered(setup);
    extra = List.copyOf(extra);
    frames = List.copyOf(frames);
    moments = List.copyOf(moments);
    models = List.copyOf(models);
    badFrames = List.copyOf(badFrames);
    plugins = List.copyOf(plugins);
    notes = List.copyOf(notes);
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /**
   * The three figures of the loop, each an mIoU over the same frames (0 to 1), NaN where there is
   * none: without labels all three, without a promoted model the last.
   *
   * @param edgeAtStart the edge model the run started with, alone
   * @param fused the cloud's fused answers
   * @param edgeAfterUpdate the last promoted edge model, alone
   * @param measuredOn on which frames, such as {@code 192 drifted frames}
   */
  public record Outcome(
      double edgeAtStart, double fused, double edgeAfterUpdate, String measuredOn) {}

  /**
   * One figure of the summary.
   *
   * @param key name for programs, snake case
   * @param name name for people
   * @param value NaN if unknown
   * @param unit such as {@code ms}; empty for a plain number, {@code %} for a share given as 0 to 1
   * @param note what it means, one sentence; may be empty
   */
  public record Figure(String key, String name, double value, String unit, String note) {}

  /**
   * One answered frame.
   *
   * @param index place in the stream, from 0
   * @param id the sample's
   * @param domain the sample's; empty if unknown
   * @param seconds when it was answered, since the start
   * @param edgeMs time of the edge's inference and mining in milliseconds
   * @param cloudMs time from sending to the cloud to its answer in milliseconds; NaN if there was
   *     none
   * @param hard whether the miner called it hard
   * @param score the miner's; higher is easier
   * @param threshold what the score was held against
   * @param iouEdge mIoU of the edge's answer, 0 to 1; NaN without label
   * @param iouSystem mIoU of the answer that was put out, 0 to 1; NaN without label
   * @param bytesUp sent to the cloud for it
   * @param bytesDown received from the cloud for it
   * @param modelVersion the edge model that answered
   * @param cpu processor time of the edge process over wall time, since the frame before; 1 is one
   *     core; NaN if unknown
   * @param rssMb resident memory of the edge process in MiB; NaN if unknown
   */
  public record FrameFigures(
      int index,
      String id,
      String domain,
      double seconds,
      double edgeMs,
      double cloudMs,
      boolean hard,
      double score,
      double threshold,
      double iouEdge,
      double iouSystem,
      long bytesUp,
      long bytesDown,
      String modelVersion,
      double cpu,
      double rssMb) {}

  /**
   * One frame with its pictures; maps and masks have the frame's size.
   *
   * @param figures its figures
   * @param reason the miner's, one line
   * @param frame what the camera saw
   * @param edge the edge's answer
   * @param masks the cloud's masks, or null where they are unknown
   * @param fused the cloud's answer, or null if it was not asked
   * @param label the true classes, or null if unknown
   */
  public record Moment(
      FrameFigures figures,
      String reason,
      Frame frame,
      ClassMap edge,
      @Nullable List<SegmentMask> masks,
      @Nullable ClassMap fused,
      @Nullable ClassMap label) {}

  /**
   * A version of the model, and when it served.
   *
   * @param model the version
   * @param servedFrom seconds since the start when the edge began to use it; NaN if it never did
   */
  public record ServedModel(ModelVersion model, double servedFrom) {
    private static final String TASK = "task.";
    private static final String DRIFT = ".drift";

    /**
     * Whether it took its parent's place.
     *
     * @return false for the initial one
     */
    public boolean promoted() {
      return model.verdict() == Verdict.ACCEPTED;
    }

    /**
     * The verdict, as a report calls it.
     *
     * @return {@code initial}, {@code promoted} or {@code rejected}
     */
    public String verdict() {
      return switch (model.verdict()) {
        case INITIAL -> "initial";
        case ACCEPTED -> "promoted";
        case REJECTED -> "rejected";
      };
    }

    /**
     * The figures it was judged by, each 0 to 1.
     *
     * @return by name, without those that do not exist
     */
    public Map<String, Double> evaluation() {
      Figures candidate = model.candidate();
      Figures serving = model.serving();
      Map<String, Double> evaluation = new LinkedHashMap<>();
      if (candidate != null) {
        put(evaluation, "agreement over views", candidate.newAgreement());
      }
      if (serving != null) {
        put(evaluation, "its parent's", serving.newAgreement());
      }
      if (candidate != null) {
        put(evaluation, "retained frames", candidate.retainedMeanIou());
      }
      if (serving != null) {
        put(evaluation, "its parent's, retained", serving.retainedMeanIou());
      }
      return evaluation;
    }

    /**
     * How far each task of its round looks from the retained frames.
     *
     * @return by the task's name; of the initial one none
     */
    public Map<String, Double> drifts() {
      Map<String, Double> drifts = new TreeMap<>();
      model
          .provenance()
          .training()
          .forEach(
              (figure, value) -> {
                if (figure.startsWith(TASK) && figure.endsWith(DRIFT)) {
                  drifts.put(
                      figure.substring(TASK.length(), figure.length() - DRIFT.length()), value);
                }
              });
      return drifts;
    }

    private static void put(Map<String, Double> to, String name, @Nullable Double value) {
      if (value != null) {
        to.put(name, value);
      }
    }
  }

  /**
   * An item that was skipped.
   *
   * @param id the source's
   * @param reason one line
   */
  public record BadFrame(String id, String reason) {}

  /**
   * A configured plugin.
   *
   * @param kind such as {@code hard_example_mining}
   * @param name such as {@code score_margin}
   * @param values effective hyperparameters by name
   */
  public record PluginChoice(String kind, String name, Map<String, String> values) {
    /** Copies the map, keeping its order. */
    public PluginChoice {
      values = ordered(values);
    }
  }
}
