package io.seamark.tck.builtin;

import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.SampleSource;
import io.seamark.source.ProceduralStreetProvider;
import io.seamark.tck.SampleSourceContract;
import java.util.Map;

/** {@code procedural_street}. */
class ProceduralStreetTest extends SampleSourceContract<ProceduralStreetProvider.Hyperparameters> {
  @Override
  protected PluginProvider<SampleSource, ProceduralStreetProvider.Hyperparameters> provider() {
    return new ProceduralStreetProvider();
  }

  @Override
  protected Map<String, String> hyperparameters() {
    return Map.of("frames", "5", "width", "48", "height", "32");
  }
}
