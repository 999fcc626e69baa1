package io.seamark.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A finished test case, as its folder's {@code result.json} keeps it.
 *
 * @param key says what was run on what: an equal key need not be run again
 * @param algorithm its name
 * @param metrics by name: numbers, and MATRIX a map of lists; null where there is no number
 * @param paradigm such as {@code lifelonglearning}
 * @param modules name by type
 * @param hyperparameters value by {@code <type>-<hyperparameter>}
 * @param effective every plugin setting in force
 * @param time when it was finished, as Ianvs writes it
 * @param url the case's folder
 * @param miner what mined, with its hyperparameters where the file gives some
 * @param sweep see {@link UploadSweep#meanIou}; empty if none was made
 * @param uploadShare share of the test frames that were hard; null where nothing is mined
 * @param notes what the file says that means something else here, and what is odd about the score,
 *     one line each
 */
public record CaseResult(
    String key,
    String algorithm,
    Map<String, Object> metrics,
    String paradigm,
    Map<String, String> modules,
    Map<String, String> hyperparameters,
    Map<String, String> effective,
    String time,
    String url,
    String miner,
    List<Double> sweep,
    @Nullable Double uploadShare,
    List<String> notes) {
  /** Copies the collections. */
  public CaseResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
    hyperparameters = Collections.unmodifiableMap(new LinkedHashMap<>(hyperparameters));
    effective = Collections.unmodifiableMap(new LinkedHashMap<>(effective));
    sweep = List.copyOf(sweep);
    // A result of an earlier version has none.
    notes = notes == null ? List.of() : List.copyOf(notes);
  }

  /**
   * A figure.
   *
   * @param metric its name
   * @return NaN if there is none, or it is no number
   */
  public double figure(String metric) {
    Object value = metrics.get(metric);
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
