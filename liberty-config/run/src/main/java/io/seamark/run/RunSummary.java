package io.seamark.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.seamark.edge.metrics.EdgeMetrics;
import io.seamark.edge.metrics.ProcessResources;
import io.seamark.edge.metrics.ShadowComparison;
import io.seamark.knowledge.LearningState;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.knowledge.model.Verdict;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a run as a whole: the line that {@code --json} prints. {@code summary.json} begins
 * with them and goes on with {@link io.seamark.report.RunDetails}. Unknown numbers are NaN here,
 * null there.
 *
 * @param stream what went by
 * @param judged what the answers were worth; null without labelled frames, and then left out
 * @param models what came of training
 * @param usage what the run took of the machine
 * @param seed every random choice derives from it
 * @param threads most that compute at once
 * @param phaseSeconds how long each phase took, in their order
 * @param seconds how long the run took
 * @param interrupted whether a person ended it
 * @param out the folder of the results
 * @param report the page in it
 * @param notes what is odd about the source and the scores
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record RunSummary(
    @JsonUnwrapped Stream stream,
    @JsonUnwrapped @Nullable Judged judged,
    @JsonUnwrapped Models models,
    @JsonUnwrapped Usage usage,
    long seed,
    int threads,
    Map<String, Double> phaseSeconds,
    double seconds,
    boolean interrupted,
    String out,
    String report,
    List<String> notes) {

  /**
   * The stream. Times are medians in milliseconds, mIoU is 0 to 1.
   *
   * @param frames answered
   * @param skipped items that could not be read
   * @param withoutDepth frames that lack the depth which the model has a branch for
   * @param hard frames the edge did not trust itself with
   * @param hardShare of all frames, 0 to 1
   * @param cloudAnswers hard frames that the cloud answered
   * @param audited easy frames that the cloud looked at too
   * @param easyAgreement mean share of pixels on which edge and cloud agree in these, 0 to 1
   * @param hardAgreement the same in hard frames
   * @param refused frames that the cloud refused for good
   * @param undelivered hard frames without an answer
   * @param notStored hard frames that the outbox could not take
   * @param bytesUp sent to the cloud
   * @param bytesDown received from the cloud
   * @param edgeMs of a frame on the edge
   * @param inferMs of the model alone
   * @param cloudMs of a frame that the cloud answered, from sending it to its answer
   * @param streamEdgeMiou of what the edge said
   * @param streamSystemMiou of what was put out
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Stream(
      long frames,
      long skipped,
      long withoutDepth,
      long hard,
      double hardShare,
      long cloudAnswers,
      long audited,
      double easyAgreement,
      double hardAgreement,
      long refused,
      int undelivered,
      long notStored,
      long bytesUp,
      long bytesDown,
      double edgeMs,
      double inferMs,
      double cloudMs,
      double streamEdgeMiou,
      double streamSystemMiou) {
    static Stream of(EdgeMetrics.Totals totals, long withoutDepth, Recording recording) {
      List<FrameEntry> frames = recording.frames();
      List<FrameEntry> answered = frames.stream().filter(f -> f.answered).toList();
      Recording.Live live = recording.live();
      return new Stream(
          totals.frames(),
          totals.skipped(),
          withoutDepth,
          totals.hard(),
          totals.frames() == 0 ? Double.NaN : (double) totals.hard() / totals.frames(),
          totals.answers(),
          totals.audited(),
          totals.easyAgreement(),
          totals.hardAgreement(),
          totals.refused(),
          recording.unanswered(),
          totals.notStored(),
          totals.bytesUp(),
          totals.bytesDown(),
          median(frames, f -> 1e3 * f.totalSeconds),
          median(frames, f -> 1e3 * f.inferSeconds),
          median(answered, f -> 1e3 * f.cloudSeconds),
          live.edgeMeanIou(),
          live.systemMeanIou());
    }

    private static double median(List<FrameEntry> frames, ToDoubleFunction<FrameEntry> of) {
      double[] sorted = frames.stream().mapToDouble(of).sorted().toArray();
      int n = sorted.length;
      if (n == 0) {
        return Double.NaN;
      }
      return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }
  }

  /**
   * The judgement, see {@link Judgement}; each mIoU is 0 to 1, NaN without frames.
   *
   * @param drifted whether the frames are those of other domains than the first
   * @param edgeStartMiou as in {@code sent}
   * @param fusedMiou as in {@code sent}
   * @param edgeUpdatedMiou as in {@code sent}
   * @param sent on frames that the cloud answered
   * @param untrained on those of them that no training drew from
   * @param all on every frame
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Judged(
      boolean drifted,
      double edgeStartMiou,
      double fusedMiou,
      double edgeUpdatedMiou,
      OfCloud sent,
      OfCloud untrained,
      OfSystem all) {
    static Judged of(Judgement judgement) {
      Judgement.Row sent = judgement.sent();
      return new Judged(
          judgement.drifted(),
          sent.start(),
          sent.cloud(),
          sent.updated(),
          OfCloud.of(sent),
          OfCloud.of(judgement.untrained()),
          OfSystem.of(judgement.all()));
    }
  }

  /**
   * Mean IoU on frames that the cloud answered.
   *
   * @param frames how many
   * @param edgeStart of the edge model the run began with
   * @param fused of the cloud's answers
   * @param edgeUpdated of the edge model the run ended with
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record OfCloud(int frames, double edgeStart, double fused, double edgeUpdated) {
    static OfCloud of(Judgement.Row row) {
      return new OfCloud(row.frames(), row.start(), row.cloud(), row.updated());
    }
  }

  /**
   * Mean IoU on all frames.
   *
   * @param frames how many
   * @param edgeStart of the edge model the run began with
   * @param system of what was put out
   * @param edgeUpdated of the edge model the run ended with
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record OfSystem(int frames, double edgeStart, double system, double edgeUpdated) {
    static OfSystem of(Judgement.Row row) {
      return new OfSystem(row.frames(), row.start(), row.cloud(), row.updated());
    }
  }

  /**
   * The models.
   *
   * @param rounds of training that ended with a judged version; 0 if unknown
   * @param startVersion the edge began with
   * @param modelVersion the edge ended with
   * @param modelUpdates how often the edge changed its model
   * @param shadow what came of new models that ran beside the serving one, oldest first
   * @param versions that the cloud has, oldest first
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Models(
      int rounds,
      String startVersion,
      String modelVersion,
      long modelUpdates,
      List<ShadowComparison> shadow,
      List<Version> versions) {
    static Models of(Run.Ended ended) {
      LearningState learning = ended.known().learning();
      return new Models(
          learning == null ? 0 : learning.completed(),
          ended.startVersion(),
          ended.updated().version(),
          ended.totals().modelUpdates(),
          ended.comparisons(),
          ended.known().versions().stream().map(Version::of).toList());
    }
  }

  /**
   * A version of the model.
   *
   * @param version its name
   * @param parent the version it was trained from; empty for the first
   * @param verdict on it
   * @param reason of the verdict
   */
  record Version(String version, String parent, Verdict verdict, String reason) {
    static Version of(ModelVersion model) {
      String parent = model.parent();
      return new Version(
          model.version(), parent == null ? "" : parent, model.verdict(), model.reason());
    }
  }

  /**
   * What the process took of the machine; megabytes are of 10^6 bytes.
   *
   * @param edgeResidentMb in RAM when the stream had ended
   * @param edgePeakResidentMb the most until then
   * @param edgeCpuSeconds processor time until then
   * @param peakResidentMb the most until the judgement had ended, too
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Usage(
      double edgeResidentMb,
      double edgePeakResidentMb,
      double edgeCpuSeconds,
      double peakResidentMb) {
    static Usage of(ProcessResources streamed, ProcessResources now) {
      return new Usage(
          streamed.residentBytes() / 1e6,
          streamed.peakResidentBytes() / 1e6,
          streamed.cpuSeconds(),
          now.peakResidentBytes() / 1e6);
    }
  }
}
