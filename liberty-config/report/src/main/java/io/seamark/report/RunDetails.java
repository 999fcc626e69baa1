package io.seamark.report;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.seamark.knowledge.model.ModelVersion;
import io.seamark.report.RunRecord.BadFrame;
import io.seamark.report.RunRecord.FrameFigures;
import io.seamark.report.RunRecord.PluginChoice;
import io.seamark.report.RunRecord.ServedModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code summary.json} tells of a run's parts, after the figures of the whole; for Jackson to
 * write. What is unknown is null.
 *
 * @param started ISO date and time
 * @param domains figures of each domain's frames, in the order of the stream
 * @param models every version that served or was judged, oldest first
 * @param badFrames items of the source that were skipped
 * @param setup what ran
 * @param plugins what was configured
 * @param metrics what each configured metric gives over the pixels of all labelled frames, by its
 *     name
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RunDetails(
    String started,
    Map<String, DomainFigures> domains,
    List<Version> models,
    List<BadFrame> badFrames,
    Map<String, String> setup,
    List<PluginChoice> plugins,
    Map<String, MetricFigures> metrics) {

  /**
   * Figures of a domain's frames.
   *
   * @param frames how many were answered
   * @param hard how many of them the miner called hard
   * @param miouEdge mean over frames of the mIoU of the edge's answer, 0 to 1
   * @param miouSystem the same of the answer that was put out
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record DomainFigures(
      int frames, long hard, @Nullable Double miouEdge, @Nullable Double miouSystem) {
    static DomainFigures of(List<FrameFigures> frames) {
      return new DomainFigures(
          frames.size(),
          frames.stream().filter(FrameFigures::hard).count(),
          number(RunFigures.mean(frames, FrameFigures::iouEdge)),
          number(RunFigures.mean(frames, FrameFigures::iouSystem)));
    }
  }

  /**
   * A model version.
   *
   * @param version its name
   * @param parent the version it was trained from; null for the first
   * @param created ISO date and time
   * @param servedFromSeconds seconds since the start when the edge began to use it
   * @param verdict {@code initial}, {@code promoted} or {@code rejected}
   * @param reason of the verdict
   * @param bytes size of its file
   * @param evaluation figures it was judged by, by name
   * @param drift how far each task it was trained on looks from the retained frames
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Version(
      String version,
      @Nullable String parent,
      String created,
      @Nullable Double servedFromSeconds,
      String verdict,
      String reason,
      long bytes,
      Map<String, Double> evaluation,
      Map<String, Double> drift) {
    static Version of(ServedModel served) {
      ModelVersion model = served.model();
      return new Version(
          model.version(),
          model.parent(),
          model.created(),
          number(served.servedFrom()),
          served.verdict(),
          model.reason(),
          model.bytes(),
          served.evaluation(),
          served.drifts());
    }
  }

  /**
   * What a metric gives.
   *
   * @param edge of the edge's answers
   * @param system of what was put out
   */
  public record MetricFigures(@Nullable Double edge, @Nullable Double system) {
    /**
     * Figures of a metric.
     *
     * @param edge of the edge's answers; NaN if unknown
     * @param system of what was put out; NaN if unknown
     * @return the same with null for what is unknown
     */
    public static MetricFigures of(double edge, double system) {
      return new MetricFigures(number(edge), number(system));
    }
  }

  /**
   * The details of a run.
   *
   * @param run what the report tells
   * @param metrics by name
   * @return the same for programs, without what single frames gave
   */
  public static RunDetails of(RunRecord run, Map<String, MetricFigures> metrics) {
    Map<String, DomainFigures> domains = new LinkedHashMap<>();
    RunFigures.byDomain(run.frames())
        .forEach((domain, frames) -> domains.put(domain, DomainFigures.of(frames)));
    return new RunDetails(
        run.started().toString(),
        domains,
        run.models().stream().map(Version::of).toList(),
        run.badFrames(),
        run.setup(),
        run.plugins(),
        metrics);
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
