package io.seamark.edge.metrics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of running a new model beside the serving one. Figures are means over the frames, NaN
 * where there is none.
 *
 * @param version of the new model
 * @param serving the version that answered meanwhile; empty without frames
 * @param frames that both labelled
 * @param agreement share of the pixels that both give the same class, 0 to 1
 * @param margin of the new model: highest less second highest probability, mean over the cells, 0
 *     to 1
 * @param servingMargin the same of the serving model
 * @param seconds that the new model took for a frame
 * @param servingSeconds that the serving model took for the same frames
 * @param refusal why the new model is not taken, one line; null if it is
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ShadowComparison(
    String version,
    String serving,
    int frames,
    double agreement,
    double margin,
    double servingMargin,
    double seconds,
    double servingSeconds,
    @Nullable String refusal) {

  /**
   * The figures for people.
   *
   * @return one line
   */
  public String text() {
    if (frames == 0) {
      return "model " + version + " refused: " + refusal;
    }
    return String.format(
        Locale.ROOT,
        "model %s beside %s on %d frames: agreement %.3f, mean margin %.3f against %.3f, %.1f ms"
            + " against %.1f ms, %s",
        version,
        serving,
        frames,
        agreement,
        margin,
        servingMargin,
        1e3 * seconds,
        1e3 * servingSeconds,
        refusal == null ? "taken" : "refused: " + refusal);
  }
}
