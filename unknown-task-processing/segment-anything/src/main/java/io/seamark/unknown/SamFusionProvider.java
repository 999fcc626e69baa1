package io.seamark.unknown;

import io.seamark.plugin.Hyperparameter;
import io.seamark.plugin.MaskFusion;
import io.seamark.plugin.MaskGenerator;
import io.seamark.plugin.PluginContext;
import io.seamark.plugin.PluginKind;
import io.seamark.plugin.PluginProvider;
import io.seamark.plugin.UnseenTaskProcessing;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes {@link SamFusion}, plugin {@code sam_fusion}. */
public final class SamFusionProvider
    implements PluginProvider<UnseenTaskProcessing, SamFusionProvider.Parameters> {
  /**
   * What can be set beside the hyperparameters of the two steps.
   *
   * @param edgeModel file of the edge model; empty for none
   * @param brightness mean that darker frames are brightened to, 0 to 1
   */
  public record Parameters(
      @Hyperparameter(
              text =
                  "File of the model that the edges serve, such as knowledge management's copy of"
                      + " the serving version. With it the cloud looks at each frame again,"
                      + " brightened where it is dark, and mirrored, and labels frames that come"
                      + " without scores; without it, or while an edge serves another model, the"
                      + " edge's scores are fused as they are.",
              defaultValue = "")
          Path edgeModel,
      @Hyperparameter(
              text =
                  "Mean of the colour values, on a scale of 0 to 1, that darker frames are"
                      + " brightened to for the edge model; 0 brightens none.",
              defaultValue = "0.42",
              min = 0,
              max = 0.9)
          double brightness) {}

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
    EdgeViews views = null;
    Path model = hyperparameters.edgeModel();
    if (!model.toString().isEmpty()) {
      Path folder = model.toAbsolutePath().getParent();
      // The file itself may be one that knowledge management has yet to write.
      if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(model)) {
        throw new IllegalArgumentException(
            "unseen_task_processing.sam_fusion.edge-model is "
                + model
                + ", but must be a file in a folder that is there");
      }
      views =
          new EdgeViews(context.plugin(PluginKind.BASEMODEL), model, hyperparameters.brightness());
    }
    MaskGenerator generator = context.plugin(PluginKind.MASK_GENERATOR);
    return new SamFusion(generator, fusion, views);
  }
}
