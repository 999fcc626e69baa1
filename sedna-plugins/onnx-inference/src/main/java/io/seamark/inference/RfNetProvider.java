package io.seamark.inference;

import io.seamark.plugin.BaseModel;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;

/** Offers RFNet as the edge model, by the name {@code rfnet}. */
public final class RfNetProvider implements PluginProvider<BaseModel, RfNetParameters> {
  /** For {@link java.util.ServiceLoader}. */
  public RfNetProvider() {}

  @Override
  public PluginKind<BaseModel> kind() {
    return PluginKind.BASEMODEL;
  }

  @Override
  public String name() {
    return "rfnet";
  }

  @Override
  public String text() {
    return "RFNet (Sun et al. 2020), RGB or RGB-D, in ONNX Runtime. Reads safetensors under the"
        + " published parameter names.";
  }

  @Override
  public Class<RfNetParameters> hyperparameters() {
    return RfNetParameters.class;
  }

  @Override
  public BaseModel create(RfNetParameters hyperparameters, PluginContext context) {
    return new RfNetModel(context.threads());
  }
}
