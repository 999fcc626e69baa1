package io.seamark.buffer;

import io.seamark.perception.ClassMap;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The cloud's answer to a hard sample.
 *
 * @param classMap one class per pixel of the frame; undecided pixels hold {@link ClassMap#IGNORE}
 * @param masks number of masks that were fused, at least 0
 * @param processing name of the unknown-task processing that made it, at most 200 characters
 * @param seconds time spent by stage, each at least 0, at most 64 stages; in the order of their
 *     names
 */
public record FusedAnswer(
    ClassMap classMap, int masks, String processing, Map<String, Double> seconds) {
  /** Checks lengths and ranges, and copies the map. */
  public FusedAnswer {
    Checks.frameSize(classMap.width(), classMap.height());
    if (masks < 0) {
      throw new IllegalArgumentException("masks is " + masks + ", but must be at least 0");
    }
    Checks.text("processing", processing);
    seconds = Collections.unmodifiableMap(new TreeMap<>(seconds));
    if (seconds.size() > Checks.MAX_STAGES) {
      throw new IllegalArgumentException(
          "seconds has " + seconds.size() + " stages, but must have at most 64");
    }
    seconds.forEach(
        (stage, value) -> {
          Checks.name("stage", stage);
          if (!(value >= 0)) {
            throw new IllegalArgumentException(
                "seconds of stage " + stage + " is " + value + ", but must be at least 0");
          }
        });
  }
}
