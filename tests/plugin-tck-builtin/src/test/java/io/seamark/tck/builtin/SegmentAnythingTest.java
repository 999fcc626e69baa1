package io.seamark.tck.builtin;

import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginProvider;
import io.seamark.street.StreetModels;
import io.seamark.tck.MaskGeneratorContract;
import io.seamark.unknown.segment.SegmentAnythingParameters;
import io.seamark.unknown.segment.SegmentAnythingProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** {@code segment_anything}. */
class SegmentAnythingTest extends MaskGeneratorContract<SegmentAnythingParameters> {
  @Override
  protected PluginProvider<MaskGenerator, SegmentAnythingParameters> provider() {
    return new SegmentAnythingProvider();
  }

  @TempDir private static Path cache = Path.of("");

  @Override
  protected Map<String, String> hyperparameters() throws IOException {
    return Map.of(
        "folder",
        StreetModels.segmenter(cache).toString(),
        "points-per-side",
        "3",
        "uncertainty",
        "2");
  }
}
