package io.seamark.cloud;

import io.seamark.plugin.PluginKind;
import io.seamark.registry.ConfiguredPlugins;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What answers hard frames, for the verbs that start unknown-task processing. */
public final class UnknownTaskOptions {
  @Option(
      names = "--sam",
      paramLabel = "DIR",
      description =
          "A folder with SAM's two ONNX graphs, with generator.json where they need it. Default:"
              + " the embedded segmenter.")
  private @Nullable Path sam;

  @Option(names = "--fusion", paramLabel = "NAME", description = "Mask fusion.")
  private @Nullable String fusion;

  /** Made by picocli. */
  public UnknownTaskOptions() {}

  /**
   * Says in configuration what the options say.
   *
   * @param chosen is added to
   */
  public void configure(Map<String, String> chosen) {
    if (sam != null) {
      chosen.put("seamark.sam", sam.toString());
    }
    if (fusion != null) {
      chosen.put(ConfiguredPlugins.selectionKey(PluginKind.MASK_FUSION), fusion);
    }
  }
}
