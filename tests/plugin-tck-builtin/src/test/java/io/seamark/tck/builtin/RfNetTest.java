package io.seamark.tck.builtin;

import io.seamark.inference.RfNetParameters;
import io.seamark.inference.RfNetProvider;
import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginProvider;
import io.seamark.street.StreetModels;
import io.seamark.tck.BaseModelContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** {@code rfnet}. */
class RfNetTest extends BaseModelContract<RfNetParameters> {
  @Override
  protected PluginProvider<BaseModel, RfNetParameters> provider() {
    return new RfNetProvider();
  }

  @TempDir private static Path cache = Path.of("");

  @Override
  protected Path model() throws IOException {
    return StreetModels.edgeModel(cache);
  }
}
