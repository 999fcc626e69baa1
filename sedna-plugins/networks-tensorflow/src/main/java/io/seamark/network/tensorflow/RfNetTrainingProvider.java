package io.seamark.network.tensorflow;

import io.seamark.plugin.BaseModelTraining;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Offers RFNet's training, by the name {@code rfnet}. */
public final class RfNetTrainingProvider
    implements PluginProvider<BaseModelTraining, RfNetTraining.Hyperparameters> {
  /** For {@link java.util.ServiceLoader}. */
  public RfNetTrainingProvider() {}

  @Override
  public PluginKind<BaseModelTraining> kind() {
    return PluginKind.BASEMODEL_TRAINING;
  }

  @Override
  public String name() {
    return "rfnet";
  }

  @Override
  public String text() {
    return "Trains RFNet and its AppealNet head in TensorFlow.";
  }

  @Override
  public Class<RfNetTraining.Hyperparameters> hyperparameters() {
    return RfNetTraining.Hyperparameters.class;
  }

  @Override
  public BaseModelTraining create(RfNetTraining.Hyperparameters given, PluginContext context) {
    return new RfNetTraining(given);
  }
}
