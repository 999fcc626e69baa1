package io.seamark.cloud;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which labelled frames training keeps to, for the verbs that start knowledge management. */
public final class RetainOptions {
  @Option(
      names = "--retain",
      paramLabel = "FOLDER[:GLOB,GLOB]",
      description =
          "Labelled frames that the model knows, so that training does not forget them; labels in"
              + " FOLDERannot. 'none' for none. Default: procedural ones for the embedded model,"
              + " none for another.")
  private @Nullable String retain;

  @Option(
      names = "--retain-labels",
      paramLabel = "DIR",
      description = "Where the labels of --retain are, if not in FOLDERannot.")
  private @Nullable Path labels;

  /** Made by picocli. */
  public RetainOptions() {}

  /**
   * Says in configuration what the options say.
   *
   * @param chosen is added to
   */
  public void configure(Map<String, String> chosen) {
    if (retain != null) {
      chosen.put("seamark.retain", retain);
    }
    if (labels != null) {
      chosen.put("seamark.retain.labels", labels.toString());
    }
  }
}
