package io.seamark.tck.builtin;

import io.seamark.network.tensorflow.RfNetTraining;
import io.seamark.network.tensorflow.RfNetTrainingProvider;
import io.seamark.plugin.BaseModelTraining;
import io.seamark.plugin.PluginProvider;
import io.seamark.street.StreetModels;
import io.seamark.tck.BaseModelTrainingContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Training of {@code rfnet}. */
class RfNetTrainingTest extends BaseModelTrainingContract<RfNetTraining.Hyperparameters> {
  @Override
  protected PluginProvider<BaseModelTraining, RfNetTraining.Hyperparameters> provider() {
    return new RfNetTrainingProvider();
  }

  @TempDir private static Path cache = Path.of("");

  @Override
  protected Path model() throws IOException {
    return StreetModels.edgeModel(cache);
  }
}
