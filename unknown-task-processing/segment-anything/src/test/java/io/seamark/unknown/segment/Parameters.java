package io.seamark.unknown.segment;

import io.seamark.setting.HyperparameterBinding;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Parameters as they come from configuration. */
final class Parameters {
  private static final HyperparameterBinding<SegmentAnythingParameters> BINDING =
      new HyperparameterBinding<>(SegmentAnythingParameters.class);

  private Parameters() {}

  /** Explicit ones, by name; the others have their defaults. */
  static SegmentAnythingParameters of(Map<String, ?> values) {
    return BINDING.bind(
        values.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> String.valueOf(e.getValue()))));
  }

  static SegmentAnythingParameters ofFolder(Path folder) {
    return of(Map.of("folder", folder));
  }
}
