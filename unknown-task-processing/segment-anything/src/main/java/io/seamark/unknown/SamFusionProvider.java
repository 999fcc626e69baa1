package io.seamark.unknown;

import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskProcessing;

/** Makes {@link SamFusion}, plugin {@code sam_fusion}. */
public final class SamFusionProvider
    implements PluginProvider<UnseenTaskProcessing, SamFusionProvider.Parameters> {
  /** The hyperparameters: none, since each step has its own. */
  public record Parameters() {}

  /** Made by the service loader. */
  public SamFusionProvider() {}

  @Override
  public PluginKind<UnseenTaskProcessing> kind() {
    return PluginKind.UNSEEN_TASK_PROCESSING;
  }

  @Override
  public String name() {
    return "sam_fusion";
  }

  @Override
  public String text() {
    return "Finds masks with the configured mask_generator and labels them with the configured"
        + " mask_fusion.";
  }

  @Override
  public Class<Parameters> hyperparameters() {
    return Parameters.class;
  }

  @Override
  public UnseenTaskProcessing create(Parameters hyperparameters, PluginContext context) {
    // The fusion first: it holds no native memory that a failure of the generator would leak.
    MaskFusion fusion = context.plugin(PluginKind.MASK_FUSION);
    MaskGenerator generator = context.plugin(PluginKind.MASK_GENERATOR);
    return new SamFusion(generator, fusion);
  }
}
