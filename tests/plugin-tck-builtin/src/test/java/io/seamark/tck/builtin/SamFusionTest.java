package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskProcessing;
import io.seamark.street.StreetModels;
import io.seamark.tck.Companion;
import io.seamark.tck.UnseenTaskProcessingContract;
import io.seamark.unknown.SamFusionProvider;
import io.seamark.unknown.fusion.QualitySumProvider;
import io.seamark.unknown.segment.SegmentAnythingProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** {@code sam_fusion}. */
class SamFusionTest extends UnseenTaskProcessingContract<SamFusionProvider.Parameters> {
  @Override
  protected PluginProvider<UnseenTaskProcessing, SamFusionProvider.Parameters> provider() {
    return new SamFusionProvider();
  }

  @TempDir private static Path cache = Path.of("");

  @Override
  protected List<Companion> companions() throws IOException {
    return List.of(
        new Companion(new QualitySumProvider(), Map.of()),
        new Companion(
            new SegmentAnythingProvider(),
            Map.of("folder", StreetModels.segmenter(cache).toString(), "points-per-side", "3")));
  }
}
